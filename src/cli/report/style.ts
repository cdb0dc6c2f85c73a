import { EMOTIONS, type Emotion } from '@rapport-live/protocol';

/** Told apart by lightness as well as by hue; one for light and one for dark ground. */
const COLOURS: Readonly<Record<Emotion, readonly [light: string, dark: string]>> = {
  anger: ['#d0433f', '#e8625b'],
  disgust: ['#7a8b2e', '#9aad4a'],
  fear: ['#7b54a8', '#a27fd0'],
  joy: ['#eab030', '#f0bf4c'],
  neutral: ['#ccd2da', '#454d59'],
  sadness: ['#3f74b3', '#5f97d8'],
  surprise: ['#2f9e97', '#4cbfb6'],
};

const variables = (theme: 0 | 1): string => EMOTIONS.map((name) => `--${name}:${COLOURS[name][theme]};`).join('');
const perEmotion = EMOTIONS.map((name) => `.${name}{--c:var(--${name})}.fill-${name}{fill:var(--${name})}`).join('\n');

/** The whole style of the report: no fonts, pictures or sheets from elsewhere. */
export const STYLE = `
:root{color-scheme:light dark;--ground:#f4f5f7;--card:#fff;--ink:#1c2129;--soft:#5b6470;--line:#e1e4e9;--hatch:#1c212970;
--customer:#2f6fde;--agent:#8a929e;--mixed:#8a6fb0;--intent:#5c6bc0;--mark:#ffe9a8;--veil:#ffffffa0;${variables(0)}}
@media (prefers-color-scheme:dark){:root{--ground:#14171c;--card:#1d2127;--ink:#e8eaee;--soft:#a0a9b6;--line:#30363f;
--hatch:#e8eaee60;--customer:#6ea2ff;--agent:#7d8794;--mixed:#a78bd0;--intent:#8c9af0;--mark:#5c4a12;--veil:#1d2127a0;${variables(1)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
header,main{max-width:75rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}
h1{font-size:1.7rem;line-height:1.2;margin:0}
h2{font-size:1rem;margin:0 0 .6rem}
h3{font-size:.9rem;margin:1rem 0 .3rem}
p{margin:.3rem 0}
ul,ol{margin:.4rem 0;padding:0;list-style:none}
i{font-style:normal}
.brand{color:var(--soft);font-size:.8rem;letter-spacing:.05em;text-transform:uppercase}
.caveat{font-size:.875rem;border-left:3px solid var(--joy);padding:.1rem 0 .1rem .7rem;color:var(--soft);max-width:60rem;margin-top:.8rem}
.caveat strong{color:var(--ink)}
.note{color:var(--soft);font-size:.8125rem;font-weight:400}
.card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1rem;margin-top:1rem;min-width:0}
.cards{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));margin-top:1rem}
.cards .card{margin:0}
.cards h2{color:var(--soft);font-weight:500;font-size:.875rem;margin-bottom:.2rem}
.big{font-size:1.5rem;line-height:1.25;font-weight:600;margin:0 0 .4rem}
.big .dot{width:1rem;height:1rem}
.cards li{font-size:.9rem}
.cards li .note{display:inline-block;max-width:100%}
blockquote{margin:.5rem 0 0;padding-left:.7rem;border-left:3px solid var(--customer);font-size:.95rem}
.bar{display:flex;height:.75rem;border-radius:.4rem;overflow:hidden;background:var(--line);gap:1px}
.bar i{background:var(--c)}
.dot{display:inline-block;width:.7rem;height:.7rem;border-radius:50%;background:var(--c);margin-right:.4rem;vertical-align:baseline}
.talk-customer,.customer{--c:var(--customer)}
.talk-agent,.agent{--c:var(--agent)}
.talk-mixed,.mixed{--c:var(--mixed)}
${perEmotion}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;font-size:.8125rem;margin:0 0 .8rem}
.unsure,.hatch{background:repeating-linear-gradient(135deg,var(--hatch) 0 1.5px,transparent 1.5px 6px)}
.dot.unsure{border-radius:2px;outline:1px solid var(--line)}
.row{display:grid;grid-template-columns:7.5rem minmax(0,1fr);gap:.75rem;align-items:center;margin-top:.3rem}
.name{font-size:.8125rem;color:var(--soft);text-align:right;line-height:1.25}
.plot{position:relative;height:.9rem;border-radius:3px;background:var(--ground)}
.plot svg{display:block;width:100%;height:100%;border-radius:3px}
.plot i{position:absolute;top:0;bottom:0}
.tall{margin-top:.6rem}
.tall .plot{height:13rem}
.tall .hatch{background-color:var(--veil)}
.middle .plot{height:5.5rem}
.middle{margin-bottom:.6rem}
.lane .plot{height:1.6rem}
.zero::before{content:"";position:absolute;left:0;right:0;top:50%;border-top:1px dashed var(--line)}
.zero svg{position:relative}
.talk{background:var(--c);border-radius:2px}
.plot .message{background:var(--c);width:.55rem;height:.55rem;margin-left:-.275rem;top:.175rem;bottom:auto;border-radius:50%;outline:2px solid var(--card)}
.held{background:repeating-linear-gradient(90deg,var(--soft) 0 2px,transparent 2px 5px)}
.there{background:var(--soft);opacity:.45}
.fill-intent{fill:var(--intent);opacity:.75}
.stroke-valence,.stroke-arousal{fill:none;stroke-width:2;vector-effect:non-scaling-stroke;stroke:var(--customer)}
.stroke-arousal{stroke:var(--anger);stroke-dasharray:5 3}
.line-valence,.line-arousal{border-bottom:2px solid var(--customer)}
.line-arousal{border-bottom:2px dashed var(--anger)}
.axis .plot{background:none;height:1.2rem}
.axis span{position:absolute;font-size:.75rem;color:var(--soft);transform:translateX(-50%);white-space:nowrap}
.axis .edge{transform:translateX(-100%)}
.axis span:first-child{transform:none}
.columns{display:grid;gap:0 1rem;grid-template-columns:minmax(0,1fr);margin-bottom:2rem}
.said li{display:grid;grid-template-columns:3rem minmax(0,1fr);gap:.5rem;padding:.45rem 0 .45rem .6rem;border-left:3px solid var(--c);margin:.5rem 0}
.said time{color:var(--soft);font-size:.8125rem;font-variant-numeric:tabular-nums;padding-top:.05rem}
.who{font-size:.8125rem;font-weight:600;margin:0}
.who .note{margin-left:.4rem}
.said .agent p:not(.who){color:var(--soft)}
.tags{display:flex;flex-wrap:wrap;gap:.3rem .8rem;font-size:.875rem}
.intent{border:1px solid var(--intent);border-radius:1rem;padding:0 .6rem}
mark{background:var(--mark);color:inherit;border-radius:3px;padding:0 .2rem}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{text-align:left;padding:.2rem .5rem .2rem 0;border-bottom:1px solid var(--line);font-weight:400;vertical-align:top}
td{font-variant-numeric:tabular-nums}
tbody th{color:var(--soft)}
.part th{padding-left:1rem}
.times span{white-space:nowrap;margin-right:.6rem}
.scroll{max-height:24rem;overflow:auto;margin-top:.6rem}
summary{cursor:pointer;font-weight:600}
@media (min-width:62rem){.columns{grid-template-columns:minmax(0,1.9fr) minmax(0,1fr)}}
@media (max-width:40rem){.row{grid-template-columns:minmax(0,1fr);gap:.1rem}.name{text-align:left}.name br{display:none}
.name .line-arousal{margin-left:.6rem}.tall .plot{height:10rem}.axis .name{display:none}.axis span:nth-child(even){display:none}h1{font-size:1.35rem}}
@media print{body{background:#fff}.card{break-inside:avoid}details{display:none}}
`;
