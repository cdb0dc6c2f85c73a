import { PaceControl } from './pace-control';

/** Sends up to `ptsMs` without waiting. */
const sendTo = (control: PaceControl, ptsMs: number): void => void control.waitMs(ptsMs, 0);

describe('PaceControl', () => {
  it('spaces what is sent by the pace', () => {
    const control = new PaceControl(4, true);
    expect(control.waitMs(0, 1000)).toBe(0);
    expect(control.waitMs(400, 1000)).toBe(100);
    expect(control.waitMs(800, 1100)).toBe(100);
  });

  it('does not catch up in a burst what was lost to credit', () => {
    const control = new PaceControl(4, true);
    control.waitMs(0, 1000);
    expect(control.waitMs(400, 9000)).toBe(0);
    expect(control.waitMs(800, 9000)).toBe(100);
  });

  it('goes faster while results keep up, up to the bound', () => {
    const control = new PaceControl(5);
    for (let ms = 0; ms < 60_000; ms += 1000) {
      sendTo(control, ms + 1300);
      control.heard(ms, 'other');
    }
    expect(control.pace).toBe(5);
  });

  it('goes slower when transcripts fall behind, never below real time', () => {
    const control = new PaceControl();
    sendTo(control, 30_000);
    control.heard(26_500, 'transcript');
    expect(control.pace).toBeGreaterThan(3);
    control.heard(20_000, 'transcript');
    expect(control.pace).toBeLessThan(2.1);
    for (let i = 0; i < 9; i += 1) control.heard(10_000, 'transcript');
    expect(control.pace).toBe(1);
  });

  it('keeps a pace below real time that was asked for', () => {
    const control = new PaceControl(0.5);
    control.heard(0, 'transcript');
    expect(control.pace).toBe(0.5);
  });
});
