import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { kafkaAvailable } from './jars';

/** Why no Java source can be run with Kafka's classes here; undefined: it can. */
export function javaSourceMissing(): string | undefined {
  const available = kafkaAvailable();
  if (!available.ok) return available.reason;
  const modules = spawnSync('java', ['--list-modules'], { encoding: 'utf8' }).stdout ?? '';
  return modules.includes('jdk.compiler') ? undefined : 'java without its compiler';
}

/** Runs a source of this folder (JEP 330) with the classes of Kafka's jars; gives what it prints, line by line. */
export function runJavaSource(name: string, args: readonly string[], input = ''): string[] {
  const available = kafkaAvailable();
  if (!available.ok) throw new Error(available.reason);
  const java = ['-XX:TieredStopAtLevel=1', '-cp', join(available.jars, '*'), join(__dirname, name), ...args];
  const { stdout, stderr, status } = spawnSync('java', java, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
  return stdout.trim().split('\n');
}
