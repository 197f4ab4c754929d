// Answers the runner's lines with what the npm package `pusher` does. This file knows the package's public
// interface; it does not know what is expected of it.
//
// An exception of the package is told as `refused`. What the package has no door for is `skipped`.
import { createServer } from "node:http"
import { createRequire } from "node:module"
import { createInterface } from "node:readline"

const require = createRequire(import.meta.url)
const Pusher = require("pusher")
const { version } = require("pusher/package.json")

class Skip extends Error {}
class Refused extends Error {}
const skip = (why) => { throw new Skip(why) }

// Calls the package. Only what it throws itself is a refusal; a fault of this file ends the process.
const sdk = async (call) => {
  try {
    return await call()
  } catch (error) {
    throw Object.assign(new Refused(String(error?.message ?? error)), { error })
  }
}

// A server that takes whatever is sent: some checks are made only on the way to the network.
const taken = []
const sink = createServer((request, response) => {
  const pieces = []
  request.on("data", (piece) => pieces.push(piece))
  request.on("end", () => {
    taken.push(Buffer.concat(pieces).toString())
    response.setHeader("Connection", "close").end("{}")
  })
})
await new Promise((ready) => sink.listen(0, "127.0.0.1", ready))
sink.unref()
const sinkUrl = `http://127.0.0.1:${sink.address().port}`

const APP = { app_id: "3", key: "key", secret: "secret" }
const SOCKET_ID = "1.1"

const client = (app, baseUrl = sinkUrl) => {
  const { hostname, port } = new URL(baseUrl)
  const { app_id: appId, key, secret, master_key: encryptionMasterKeyBase64 } = { ...APP, ...optional(app) }
  return new Pusher({
    appId, key, secret, useTLS: false, host: hostname, port,
    ...(encryptionMasterKeyBase64 !== undefined && { encryptionMasterKeyBase64 }),
  })
}

// The package writes JSON itself, of a value. This is the value that it writes as this very text, if there is one.
const valueOf = (text) => {
  try {
    const value = JSON.parse(text)
    if (JSON.stringify(value) === text) return { value }
  } catch {}
  return undefined
}
const valueOrSkip = (text) =>
  (valueOf(text) ?? skip("takes a value and writes its JSON itself; no value gives this text")).value
// Texts for plain channels go out as they are; for encrypted channels JSON is made of whatever is given.
const dataFor = (channel, data) => {
  const found = channel?.startsWith("private-encrypted-") ? valueOf(data) : undefined
  return found ? found.value : data
}

// What is listed several times is an array: the types of the package allow any value.
const params = (pairs) => {
  const result = {}
  for (const [key, value] of pairs) {
    result[key] = key in result ? [result[key], value].flat() : value
  }
  return pairs.length ? result : undefined
}

const optional = (members) => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

const CALLS = {
  trigger: (pusher, { channels, name, data, socket_id, info }) => {
    const more = optional({ socket_id, info: info?.join(",") })
    return pusher.trigger(channels, name, dataFor(channels[0], data), more)
  },
  trigger_batch: (pusher, { events }) =>
    pusher.triggerBatch(events.map(({ channel, name, data, socket_id, info }) =>
      optional({ channel, name, data: dataFor(channel, data), socket_id, info: info?.join(",") }))),
  send_to_user: (pusher, { user_id, name, data }) => pusher.sendToUser(user_id, name, data),
  terminate_user: (pusher, { user_id }) => pusher.terminateUserConnections(user_id),
  get: (pusher, { path, query }) => pusher.get(optional({ path, params: params(query) })),
  post: (pusher, { path, query, body }) =>
    pusher.post(optional({ path, params: params(query), body: body === "" ? undefined : valueOrSkip(body) })),
}
const call = (name) => CALLS[name] ?? skip("has no such call; its generic get is tried as `get`")

const SAMPLES = {
  trigger: { channels: ["a"], name: "b", data: "c" },
  trigger_batch: { events: [{ channel: "a", name: "b", data: "c" }] },
  send_to_user: { user_id: "1", name: "b", data: "c" },
  terminate_user: { user_id: "1" },
  get: { path: "/channels", query: [] },
  post: { path: "/events", query: [], body: "{}" },
}

// The package resolves with the response of its HTTP client; its README reads that as JSON. What is no object
// or list where one is promised is told as it is.
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value)
const counts = (told) =>
  isObject(told) ? optional({ user_count: told.user_count, subscription_count: told.subscription_count }) : told
const each = (channels) =>
  isObject(channels) ? Object.fromEntries(Object.entries(channels).map(([name, told]) => [name, counts(told)])) : channels
const ANSWERS = {
  trigger: (body) => optional({ channels: each(body?.channels), event_ids: body?.event_ids }),
  trigger_batch: (body) => optional({ batch: Array.isArray(body?.batch) ? body.batch.map(counts) : body?.batch }),
  send_to_user: () => ({}),
  terminate_user: () => ({}),
  get: (json) => ({ json }),
  post: (json) => ({ json }),
}

async function responses(kind, _input, baseUrl) {
  const pusher = client({}, baseUrl)
  const make = call(kind)
  let response
  try {
    response = await make(pusher, SAMPLES[kind])
  } catch (error) {
    if (!(error instanceof Pusher.RequestError)) throw error
    return { error: optional({ status: error.status, message: error.body }) }
  }
  const text = await response.text()
  if (["send_to_user", "terminate_user"].includes(kind)) return { answer: {} }
  try {
    return { answer: ANSWERS[kind](JSON.parse(text)) }
  } catch {
    return { error: { status: response.status } }
  }
}

async function requests(kind, input, baseUrl) {
  const pusher = await sdk(() => client(input.app, baseUrl))
  const make = call(kind)
  const given = input.call[kind]
  if (kind === "post" && given.body !== "") valueOrSkip(given.body)
  await sdk(() => make(pusher, given))
  return {}
}

async function signing(kind, input) {
  if (kind === "auth_signature") {
    const { secret, string_to_sign: text } = input.auth_signature
    return { auth_signature: new Pusher.Token("key", secret).sign(text) }
  }
  if (kind === "string_to_sign") skip("does not show the string that it signs")
  const { method = "POST", path = "/events", query = [], auth_key: key, secret, auth_timestamp, body } =
    kind === "body_md5" ? { body: input.body_md5 } : input.request
  // The package has no clock to set.
  const now = Date.now
  if (auth_timestamp !== undefined) Date.now = () => auth_timestamp * 1000
  let signed
  try {
    signed = await sdk(() =>
      client({ key, secret }).createSignedQueryString(optional({ method, path, body, params: params(query) })))
  } finally {
    Date.now = now
  }
  const body_md5 = /(?:^|&)body_md5=([^&]*)/.exec(signed)?.[1]
  if (kind === "body_md5") return body === "" ? skip("has no MD5 of an empty body") : { body_md5 }
  return optional({ body_md5, auth_signature: /&auth_signature=([^&]*)$/.exec(signed)?.[1], query: signed })
}

async function names(kind, input) {
  const master_key = Buffer.alloc(32).toString("base64")
  const name = input[kind]
  const pusher = client({ master_key })
  if (kind === "channel_name") {
    const reply = await sdk(() => pusher.authorizeChannel(SOCKET_ID, name))
    // Encrypted or not is all that it tells apart.
    return "shared_secret" in reply ? { kind: "encrypted" } : {}
  }
  if (kind === "event_name") await sdk(() => pusher.trigger("channel", name, "data"))
  else if (kind === "socket_id") await sdk(() => pusher.authorizeChannel(name, "private-channel"))
  else await sdk(() => pusher.authenticateUser(SOCKET_ID, { id: name }))
  return {}
}

async function urls(kind, input) {
  const pusher = await sdk(() =>
    kind === "url"
      ? Pusher.forURL(input.url)
      : new Pusher({ appId: "3", key: "key", secret: "secret", ...(input.cluster !== null && { cluster: input.cluster }) }))
  // `config` is not in the types of the package; there is no other way to see what was read.
  const { scheme, host, port = null, appId, token } = pusher.config
  if (kind === "cluster") return { scheme, host, port }
  const prefix = pusher.config.prefixPath("").split("/apps/")[0]
  return { scheme, host, port, app_id: String(appId), key: token.key, secret: token.secret, prefix }
}

async function sharedSecret(pusher, channel) {
  const { shared_secret } = await sdk(() => pusher.authorizeChannel(SOCKET_ID, channel))
  if (shared_secret === undefined) throw new Refused("answered without a shared_secret")
  return shared_secret
}

async function encryption(kind, input) {
  if (kind === "open" || kind === "box") skip("does not open what is sealed")
  if (kind === "master_key") {
    const pusher = await sdk(() => client({ master_key: input.master_key }))
    return { master_key_hex: pusher.config.encryptionMasterKey.toString("hex") }
  }
  if (kind === "derive") {
    const { channel_name: channel, key_hex } = input.derive
    const key = Buffer.from(key_hex, "hex")
    if (key.length !== 32 || !channel.startsWith("private-encrypted-")) skip("derives for keys of 32 bytes and encrypted channels only")
    return { shared_secret: await sharedSecret(client({ master_key: key.toString("base64") }), channel) }
  }
  const { channel_name: channel, master_key, nonce, plaintext } = input[kind]
  if (kind === "seal" && Buffer.from(nonce, "base64").length !== 24) skip("draws the nonce itself")
  const pusher = await sdk(() => client({ master_key }))
  const shared_secret = await sharedSecret(pusher, channel)
  if (kind === "shared_secret") return { shared_secret }
  taken.length = 0
  await sdk(() => pusher.trigger(channel, "event", dataFor(channel, plaintext)))
  return { shared_secret, data: JSON.parse(taken[0]).data }
}

// Names and values as Node's own server hands them on: names in small letters, the values of a name that
// comes twice joined, but for a content type, of which the first counts.
function nodeHeaders(pairs) {
  const headers = {}
  for (const [name, value] of pairs.map(([name, value]) => [name.toLowerCase(), value.trim()])) {
    if (!(name in headers)) headers[name] = value
    else if (name !== "content-type") headers[name] += `, ${value}`
  }
  return headers
}

async function webhooks(_kind, { tokens, headers, body, body_hex, clock }) {
  if (clock) skip("does not look at the age")
  if (!tokens.length) skip("has one token at least")
  // The README asks for a string, and its example decodes as this does.
  const rawBody = body ?? Buffer.from(body_hex, "hex").toString()
  const [{ key, secret }, ...more] = tokens
  const webhook = await sdk(() => client({ key, secret }).webhook({ headers: nodeHeaders(headers), rawBody }))
  if (!(await sdk(() => webhook.isValid(more)))) throw new Refused("isValid says false")
  const data = webhook.getData()
  return { key: webhook.key, time_ms: data?.time_ms ?? null, events: data?.events ?? null }
}

async function channelAuth(kind, { app, socket_id, channel_name, channel_data, member }) {
  if (kind === "form") skip("does not read forms")
  const data = channel_data === undefined ? member : valueOrSkip(channel_data)
  const pusher = await sdk(() => client(app))
  const reply = await sdk(() => pusher.authorizeChannel(socket_id, channel_name, data))
  return { ...reply, reply: JSON.stringify(reply) }
}

async function userAuth(kind, { app, socket_id, user_data, user }) {
  if (kind === "form") skip("does not read forms")
  const data = user_data === undefined ? user : valueOrSkip(user_data)
  const reply = await sdk(() => client(app).authenticateUser(socket_id, data))
  return { ...reply, reply: JSON.stringify(reply) }
}

const GROUPS = {
  signing, requests, responses, urls, encryption, webhooks, names,
  "channel-auth": channelAuth, "user-auth": userAuth,
}

async function answer({ id, group, kind, input, base_url }) {
  try {
    return { id, ok: await (GROUPS[group] ?? (() => skip("unknown group")))(kind, input, base_url) }
  } catch (error) {
    if (error instanceof Skip) return { id, skipped: error.message }
    if (error instanceof Refused) return { id, refused: { message: error.message } }
    throw error
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line)
  if (message.command === "stop") break
  const reply = message.command === "start" ? { started: { name: "pusher (npm)", version } } : await answer(message)
  process.stdout.write(JSON.stringify(reply) + "\n")
}
process.exit(0)
