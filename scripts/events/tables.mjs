/** docs/events.md with its tables as the event table has them. Throws when a block is not closed or has no table. */
export function inTables(page, protocol) {
  const begun = page.match(/^<!-- events:/gm)?.length ?? 0;
  const block = /^<!-- events:(\w+) -->\n[\s\S]*?^<!-- \/events -->/gm;
  if ((page.match(block)?.length ?? 0) !== begun) throw new Error('docs/events.md: a block has no <!-- /events -->.');
  return page.replace(block, (_, name) => {
    if (TABLES[name] === undefined) throw new Error(`docs/events.md: there is no table "${name}".`);
    return `<!-- events:${name} -->\n\n${table(TABLES[name](protocol))}\n\n<!-- /events -->`;
  });
}

const TABLES = {
  types: ({ EVENTS, EVENT_TYPES, avroSubject }) => [
    ['`ce_type`', 'Topic', 'Natural key', 'Version', 'JSON Schema', 'Avro'],
    ...EVENT_TYPES.filter((type) => EVENTS[type].durable).map((type) => {
      const { topic, naturalKey, version } = EVENTS[type];
      const file = `../packages/protocol/schemas/${type}/v${version}`;
      return [
        ...[`\`${type}\``, `\`${topic}\``, naturalKey, version],
        ...[`[v${version}](${file}.json)`, `[${avroSubject(type)}](${file}.avsc)`],
      ];
    }),
  ],
  topics: ({ EVENTS, EVENT_TYPES, TOPICS, COMPACTED_TOPICS }) => [
    ['Topic', '`cleanup.policy`', 'Events'],
    ...TOPICS.map((topic) => [
      `\`${topic}\``,
      COMPACTED_TOPICS.includes(topic) ? '`compact`: the newest of each session' : '`delete`',
      EVENT_TYPES.filter((type) => EVENTS[type].topic === topic)
        .map((type) => `\`${type}\``)
        .join(', '),
    ]),
  ],
  headers: ({ KAFKA_HEADERS }) => [
    ['Header', 'Always', 'In structured mode', 'What it is'],
    ...KAFKA_HEADERS.map(({ name, required, structured, when, meaning }) => [
      `\`${name}\``,
      required ? 'yes' : when,
      structured ? 'yes' : '-',
      meaning,
    ]),
  ],
};

function table([head, ...rows]) {
  const line = (cells) => `| ${cells.map((cell) => `${cell}`.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
