/** The part of WebAssembly that is used: Node has it, its types do not. */
export type CompiledModule = { readonly brand: 'WebAssembly.Module' };
export type Instance = object;

interface WebAssemblyApi {
  compile(bytes: Uint8Array): Promise<CompiledModule>;
  instantiate(module: CompiledModule, imports: object): Promise<Instance>;
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;
