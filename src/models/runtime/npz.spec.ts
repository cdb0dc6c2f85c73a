import { readNpz } from './npz';

/** The least a zip writer must write, without checksums (the manifest's sha256 covers the whole file). */
function zip(files: readonly { name: string; bytes: Buffer; method?: number }[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { name, bytes, method = 0 } of files) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(bytes.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    parts.push(local, Buffer.from(name), bytes);
    directory.push(entry, Buffer.from(name));
    at += 30 + name.length + bytes.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

function npy(shape: string, values: readonly number[], type = '<f4', fortran = 'False'): Buffer {
  const header = `{'descr': '${type}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;
  const head = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${header}`, 'latin1');
  head.writeUInt16LE(header.length, 8);
  return Buffer.concat([head, Buffer.from(Float32Array.from(values).buffer)]);
}

describe('readNpz', () => {
  it('reads arrays by name, with folders, at any byte offset', () => {
    const arrays = readNpz(
      zip([
        { name: 'encoder/a/in/mel.npy', bytes: npy('(2, 3)', [1, 2, 3, 4, 5, 6]) },
        { name: 'scale.npy', bytes: npy('()', [0.5]) },
        { name: 'row.npy', bytes: npy('(2,)', [7, 8]) },
        { name: 'none.npy', bytes: npy('(0, 4)', []) },
      ]),
    );
    expect([...arrays.keys()]).toEqual(['encoder/a/in/mel', 'scale', 'row', 'none']);
    expect(arrays.get('encoder/a/in/mel')).toEqual({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
    expect(arrays.get('scale')).toEqual({ shape: [], data: Float32Array.of(0.5) });
    expect(arrays.get('row')).toEqual({ shape: [2], data: Float32Array.of(7, 8) });
    expect(arrays.get('none')?.data).toHaveLength(0);
  });

  it.each([
    ['another type', zip([{ name: 'a.npy', bytes: npy('(1,)', [1], '<f8') }]), 'a.npy holds <f8'],
    ['Fortran order', zip([{ name: 'a.npy', bytes: npy('(1,)', [1], '<f4', 'True') }]), 'a.npy is in Fortran order'],
    ['too few values', zip([{ name: 'a.npy', bytes: npy('(3,)', [1]) }]), 'a.npy of shape (3) needs 12 bytes, has 4'],
    ['compression', zip([{ name: 'a.npy', bytes: npy('(1,)', [1]), method: 8 }]), 'a.npy is compressed'],
    ['something else inside', zip([{ name: 'a.txt', bytes: Buffer.from('hello') }]), 'a.txt is not an .npy'],
    ['an .npy that is none', zip([{ name: 'a.npy', bytes: Buffer.from('hello world') }]), 'a.npy is not an .npy'],
    [
      'a name twice',
      zip(['a.npy', 'a.npy'].map((name) => ({ name, bytes: npy('(1,)', [1]) }))),
      'a.npy is there twice',
    ],
    ['no zip', Buffer.alloc(100), 'not a zip'],
    ['a cut file', zip([{ name: 'a.npy', bytes: npy('(1,)', [1]) }]).subarray(0, 40), 'not a zip'],
  ])('refuses %s', (_what, bytes, message) => {
    expect(() => readNpz(bytes)).toThrow(message);
  });
});
