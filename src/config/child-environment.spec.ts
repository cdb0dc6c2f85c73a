import { serviceEnvironment } from './child-environment';

it('a service gets two arenas of memory unless whoever runs it says otherwise, and the settings it is started with', () => {
  const { MALLOC_ARENA_MAX: before } = process.env;
  try {
    delete process.env.MALLOC_ARENA_MAX;
    expect(serviceEnvironment({ PORT: '1' })).toMatchObject({
      MALLOC_ARENA_MAX: '2',
      PORT: '1',
      PATH: process.env.PATH,
    });
    process.env.MALLOC_ARENA_MAX = '8';
    expect(serviceEnvironment({}).MALLOC_ARENA_MAX).toBe('8');
  } finally {
    delete process.env.MALLOC_ARENA_MAX;
    if (before !== undefined) process.env.MALLOC_ARENA_MAX = before;
  }
});
