import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where drivers describe themselves, and where Chromium and Playwright keep SwiftShader. */
const FOLDERS = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/lib/chromium', ...playwrightFolders()];
/**
 * SwiftShader serves ONNX Runtime's WebGPU; of Mesa's lavapipe the version of Debian 12 (22.3) does not ("Vulkan
 * shaderUniform*ArrayDynamicIndexing required").
 */
const DRIVER = /swiftshader.*\.json$/;

/** A Vulkan driver without a GPU: the variables that make a process use it, or why there is none. */
export function softwareVulkan(): { readonly env: Record<string, string> } | { readonly missing: string } {
  const icd = FOLDERS.filter(existsSync).flatMap((folder) => {
    const name = readdirSync(folder).find((file) => DRIVER.test(file));
    return name === undefined ? [] : [join(folder, name)];
  })[0];
  if (icd === undefined) return { missing: 'no SwiftShader (Debian: chromium-common)' };
  const loader = spawnSync('ldconfig', ['-p'], { encoding: 'utf8', env: { PATH: '/sbin:/usr/sbin:/bin:/usr/bin' } });
  if (!/libvulkan\.so\.1/.test(loader.stdout ?? '')) return { missing: 'no Vulkan loader (Debian: libvulkan1)' };
  // Both names: the loader's older and newer one.
  return { env: { VK_ICD_FILENAMES: icd, VK_DRIVER_FILES: icd } };
}

function playwrightFolders(): string[] {
  const browsers = join(homedir(), '.cache/ms-playwright');
  if (!existsSync(browsers)) return [];
  return readdirSync(browsers).flatMap((browser) =>
    ['chrome-linux', 'chrome-linux64'].map((f) => join(browsers, browser, f)),
  );
}
