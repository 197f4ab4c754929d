// Runs the module that is named: every golden vector, in WebAssembly. It gets nothing to import, so it
// could not ask for the time, for entropy or for a socket if it wanted to.
import { readFile } from 'node:fs/promises'

const module = await WebAssembly.compile(await readFile(process.argv[2]))
const wanted = WebAssembly.Module.imports(module)
if (wanted.length > 0) {
  console.error('the module imports', wanted)
  process.exit(1)
}
const { exports } = await WebAssembly.instantiate(module, {})
try {
  console.log(`${exports.run()} groups of vectors passed in WebAssembly`)
} catch (error) {
  const words = new Uint8Array(exports.memory.buffer, exports.said(), exports.said_length())
  console.error(new TextDecoder().decode(words) || error)
  process.exit(1)
}
