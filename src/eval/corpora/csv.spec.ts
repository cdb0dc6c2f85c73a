import { readCsv } from './csv';

describe('readCsv', () => {
  it('reads quoted commas, quotes and line breaks, and an empty last cell', () => {
    expect(readCsv('id,text\r\n1,"a, ""b""\nc"\r\n2,\n')).toEqual([
      { id: '1', text: 'a, "b"\nc' },
      { id: '2', text: '' },
    ]);
  });

  it('needs no line break at the end, and skips a byte order mark', () => {
    expect(readCsv('\ufeffid\n7')).toEqual([{ id: '7' }]);
  });
});
