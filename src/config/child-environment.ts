/** The environment of this process for one that it starts, with some settings of its own. Loads nothing: a supervisor uses it. */
export function childEnvironment(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...settings };
}
