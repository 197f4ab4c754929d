// A harness to begin with, for an implementation in JavaScript. Two operations are written out; the rest is
// skipped.
//
// Replace what the two functions do by calls of your library, and add a function for each further kind. The
// README of conformance says what each kind is given, and what it may tell.
import { createHmac } from "node:crypto"
import { createInterface } from "node:readline"

// What your library does with input that it does not take.
class Refused extends Error {}

const OPERATIONS = {
  "names socket_id"({ socket_id }) {
    if (!/^[0-9]+\.[0-9]+$/.test(socket_id)) throw new Refused("no socket id")
    return {}
  },

  "signing auth_signature"({ auth_signature: { secret, string_to_sign } }) {
    return { auth_signature: createHmac("sha256", secret).update(string_to_sign).digest("hex") }
  },
}

async function answer({ id, group, kind, input }) {
  const operation = OPERATIONS[`${group} ${kind}`]
  if (!operation) return { id, skipped: "not written yet" }
  try {
    return { id, ok: await operation(input) }
  } catch (error) {
    if (error instanceof Refused) return { id, refused: { message: error.message } }
    throw error
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line)
  if (message.command === "stop") break
  const started = { started: { name: "template (JavaScript)", version: "1" } }
  const said = message.command === "start" ? started : await answer(message)
  process.stdout.write(JSON.stringify(said) + "\n")
}
