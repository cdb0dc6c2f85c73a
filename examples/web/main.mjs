import { connect } from '@rapport-live/client';

const element = (id) => document.getElementById(id);
const line = (text) => element('lines').append(Object.assign(document.createElement('li'), { textContent: text }));
const token = async () => (await (await fetch('/token', { method: 'POST' })).json()).token;

async function call() {
  const url = await (await fetch('/url')).text();
  const session = await connect({ url, token, session: { channel: 'video', consent: { analysis: true } } });
  session.on('rapport.transcript.final', ({ data }) => line(`${data.party}: ${data.text}`));
  session.on('rapport.window.assessed', ({ data }) => (element('emotion').textContent = data.label));
  session.on('capture', ({ device, state }) => line(`${device}: ${state}`));
  session.on('reconnecting', ({ delayMs }) => line(`connection lost, next try in ${Math.round(delayMs)} ms`));
  session.on('over', ({ failure }) => line(failure === undefined ? 'ended' : `ended: ${failure.message}`));
  element('stop').onclick = () => session.end();
  try {
    await Promise.all([session.attachMicrophone(), session.attachCamera()]);
    element('stop').disabled = false;
  } catch (error) {
    line(`${error.code}: ${error.message} ${error.advice}`);
    await session.end();
  }
}

element('start').onclick = () => call().catch((error) => line(String(error)));
