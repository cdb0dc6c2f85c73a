import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The way of the data. A stage may import those after it and the facts that pass between them, never those before. */
const STAGES = [
  'doors',
  'monitor',
  'gateway',
  'pipeline',
  'streams',
  'models',
  'fusion',
  'alerts',
  'delivery',
  'inference',
  'facts',
  'redaction',
];

/** Each outside library is imported in one file of the service. */
const LIBRARY_HOME = {
  ws: 'src/gateway/rapport-ws.adapter.ts',
  kafkajs: 'src/delivery/kafka-client.ts',
  avsc: 'src/delivery/avro.ts',
  'lz4-napi': 'src/delivery/lz4-codec.ts',
  'onnxruntime-node': 'src/models/runtime/onnx.ts',
  sharp: 'src/models/encoders/still.ts',
  'opus-decoder': 'src/streams/codecs/opus-runtime.ts',
  '@huggingface/tokenizers': 'src/models/encoders/tokenizer.ts',
  'nestjs-pino': 'src/ops/logging.ts',
  eld: 'src/models/encode/written-language.ts',
  'eld/extrasmall': 'src/models/encode/written-language.ts',
  'prom-client': 'src/ops/prometheus.ts',
  '@opentelemetry/api': 'src/ops/traces/open-telemetry.ts',
  '@opentelemetry/sdk-trace': 'src/ops/traces/open-telemetry.ts',
  '@opentelemetry/resources': 'src/ops/traces/open-telemetry.ts',
  '@opentelemetry/exporter-trace-otlp-http': 'src/ops/traces/open-telemetry.ts',
  '@opentelemetry/exporter-trace-otlp-proto': 'src/ops/traces/open-telemetry.ts',
  uuid: 'src/pipeline/conversation-host.ts',
  jose: 'src/gateway/auth/jwt.ts',
  'openid-client': 'src/gateway/auth/people/open-id.ts',
  '@node-rs/argon2': 'src/gateway/auth/people/passwords.ts',
  'proxy-addr': 'src/gateway/admission/client-address.ts',
  'structured-headers': 'src/doors/audiohook/signature-fields.ts',
  helmet: 'src/service.ts',
  yaml: 'src/alerts/rule-text.ts',
  libsql: 'src/monitor/history/libsql/libsql-file.ts',
  pg: 'src/monitor/history/postgres/postgres-connection.ts',
  'cli-progress': 'src/cli/progress.ts',
  '@wasm-audio-decoders/flac': 'src/cli/recording/flac-sound.ts',
};

/** The same for the dashboard. */
const WEB_LIBRARY_HOME = {
  uplot: 'web/src/parts/uplot.ts',
  'eventsource-parser': 'web/src/api/event-reader.ts',
};

const only = (paths, patterns) => ({
  '@typescript-eslint/no-restricted-imports': [
    'error',
    { paths: paths.map((name) => ({ name, message: `Only ${LIBRARY_HOME[name]} imports ${name}.` })), patterns },
  ],
});
const libraries = Object.keys(LIBRARY_HOME);
const before = (stage) => {
  const earlier = STAGES.slice(0, STAGES.indexOf(stage)).concat('demo', 'cli');
  return [{ regex: `^(\\.\\./)+(${earlier.join('|')})/`, message: `${stage} must not import an earlier stage.` }];
};
const noNest = { regex: '^(@nestjs/|nestjs-)', message: 'Nest stays in the gateway, the modules and ops.' };

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.rapport/', 'training/', 'sample/make/', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{mjs,cjs,js}'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', module: 'writable', require: 'readonly', fetch: 'readonly' },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off', 'no-undef': 'off' },
  },
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    // Nest reads constructor types at run time: a type-only import would erase them.
    files: ['src/**/*.{controller,gateway,module,service}.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  { files: ['src/**/*.ts'], rules: only(libraries, []) },
  {
    // All but its connection runs in a browser too.
    files: ['packages/client/src/**/*.ts'],
    ignores: ['**/*.spec.ts', 'packages/client/src/ws-transport.ts', 'packages/client/src/upgrade-error.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(ws$|node:)', message: 'Only ws-transport.ts knows what is below a WebSocket.' }] },
      ],
    },
  },
  {
    files: ['packages/consumer/src/**/*.ts'],
    ignores: ['**/*.spec.ts', 'packages/consumer/src/kafka-source.ts', 'packages/consumer/src/avro.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'kafkajs', message: 'Only kafka-source.ts imports kafkajs.' },
            { name: 'avsc', message: 'Only avro.ts imports avsc.' },
          ],
        },
      ],
    },
  },
  ...['web/src/**/*.{ts,tsx}', ...Object.values(WEB_LIBRARY_HOME)].map((files) => ({
    files: [files],
    ignores: ['**/*.spec.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            ...Object.entries(WEB_LIBRARY_HOME)
              .filter(([, home]) => home !== files)
              .map(([name, home]) => ({ name, message: `Only ${home} imports ${name}.` })),
            {
              name: '@rapport-live/protocol',
              allowTypeImports: true,
              message: 'Types alone: the rest would bring its schemas into the page.',
            },
          ],
          patterns: [{ regex: '^(node:|(\\.\\./)+(src|packages)/)', message: 'The page has no part of the service.' }],
        },
      ],
    },
  })),
  ...STAGES.map((stage) => ({
    files: [`src/${stage}/**/*.ts`],
    ignores: ['**/*.spec.ts'],
    rules: only(libraries, [...before(stage), ...(stage === 'gateway' ? [] : [noNest])]),
  })),
  {
    files: ['src/**/*.module.ts'],
    rules: only(libraries, []),
  },
  {
    files: ['src/monitor/**/*.controller.ts'],
    rules: only(libraries, before('monitor')),
  },
  ...[...new Set(Object.values(LIBRARY_HOME))].map((file) => {
    const stage = file.split('/')[1];
    const patterns = STAGES.includes(stage) ? [...before(stage), ...(stage === 'gateway' ? [] : [noNest])] : [];
    return {
      files: [file],
      rules: only(
        libraries.filter((name) => LIBRARY_HOME[name] !== file),
        patterns,
      ),
    };
  }),
);
