const { Script } = require('node:vm');
const { default: Runtime } = require('jest-runtime');

/** Compiled once in a worker: by file, with the text it was made of. */
const scripts = new Map();
/** A module is a function of these; what a test file asks for besides is Jest's to do. */
const PARAMETERS = ['module', 'exports', 'require', '__dirname', '__filename', 'jest'];
const BEFORE = `(function (${PARAMETERS.join(',')}) {`;

/**
 * Jest gives each suite a world of its own and compiles all that it loads anew: of a suite that starts the service that is
 * a thousand modules, and most of its time. The worlds stay apart here, each module runs in each suite, but its script is
 * compiled once. What imports at run time is left to Jest: there a script is bound to the suite that compiled it.
 */
module.exports = class SharedScriptsRuntime extends Runtime {
  constructor(...args) {
    super(...args);
    const { executor, _environment: environment } = this;
    if (executor.injectedModuleParameters.join() !== PARAMETERS.join()) return;
    const compile = executor.compile.bind(executor);
    executor.compile = (source, filename) => {
      const context = environment.getVmContext();
      const script = scriptOf(source, filename);
      return context === null || script === undefined ? compile(source, filename) : script.runInContext(context);
    };
  }
};

/** Undefined for what Jest is to compile: it also says best what is wrong with a source. */
function scriptOf(source, filename) {
  const known = scripts.get(filename);
  if (known?.source === source) return known.script;
  const script = /\bimport\s*\(|^#!/.test(source) ? undefined : compiled(source, filename);
  scripts.set(filename, { source, script });
  return script;
}

function compiled(source, filename) {
  try {
    return new Script(`${BEFORE}${source}\n})`, { filename, columnOffset: -BEFORE.length });
  } catch {
    return undefined;
  }
}
