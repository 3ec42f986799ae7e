// Speaks to the npm package libsignal over JSON lines; the operations stand in ../README.md.
'use strict';
const { createRequire } = require('module');
const path = require('path');
const readline = require('readline');

// The package prints what it thinks of messages; only answers belong on the output.
console.log = console.info = console.warn = console.debug = console.error = () => {};

const installed = path.join(__dirname, '../../../target/peers/npm-libsignal/package.json');
const signal = createRequire(process.env.PEER_PACKAGES || installed)('libsignal');

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const bytes = (text) => Buffer.from(text, 'hex');
const peerAddress = (request) => new signal.ProtocolAddress(request.peerName, request.peerDeviceId);

class BadInput extends Error {}

const parties = new Map();

// A party and its stores; the members from loadSession on are what the package asks for.
class Party {
  constructor(request) {
    this.registrationId = request.registrationId;
    this.identity = parties.get(request.identityOf)?.identity ?? signal.keyhelper.generateIdentityKeyPair();
    this.sessions = new Map();
    this.known = new Map();
    this.prekeys = new Map();
    this.signedPrekeys = new Map();
  }

  async loadSession(id) {
    return this.sessions.has(id) ? signal.SessionRecord.deserialize(JSON.parse(this.sessions.get(id))) : null;
  }
  async storeSession(id, record) {
    // As text: what is tried on a record must not reach the one that is stored.
    this.sessions.set(id, JSON.stringify(record.serialize()));
  }
  async isTrustedIdentity(id, key) {
    const known = this.known.get(id);
    if (known === undefined) this.known.set(id, hex(key));
    return known === undefined || known === hex(key);
  }
  async loadPreKey(id) {
    return this.prekeys.get(Number(id));
  }
  async removePreKey(id) {
    this.prekeys.delete(Number(id));
  }
  async loadSignedPreKey(id) {
    return this.signedPrekeys.get(Number(id));
  }
  async getOurRegistrationId() {
    return this.registrationId;
  }
  async getOurIdentity() {
    return this.identity;
  }
}

const operations = {
  hello: async () => ({ peer: 'npm-libsignal', version: 'libsignal 6.0.0 (npm)', sessions: 3, groups: false }),

  create_party: async (_, request) => {
    const party = new Party(request);
    parties.set(request.party, party);
    return { identityKey: hex(party.identity.pubKey) };
  },

  publish_bundle: async (party, request) => {
    const signed = await signal.keyhelper.generateSignedPreKey(party.identity, request.signedPrekeyId);
    party.signedPrekeys.set(request.signedPrekeyId, signed.keyPair);
    const bundle = {
      registrationId: party.registrationId,
      identityKey: hex(party.identity.pubKey),
      signedPrekeyId: request.signedPrekeyId,
      signedPrekey: hex(signed.keyPair.pubKey),
      signedPrekeySignature: hex(signed.signature),
    };
    if (request.oneTimePrekeyId !== undefined) {
      const { keyPair } = await signal.keyhelper.generatePreKey(request.oneTimePrekeyId);
      party.prekeys.set(request.oneTimePrekeyId, keyPair);
      bundle.oneTimePrekeyId = request.oneTimePrekeyId;
      bundle.oneTimePrekey = hex(keyPair.pubKey);
    }
    return { bundle };
  },

  start_session: async (party, request) => {
    const { bundle } = request;
    const preKey = bundle.oneTimePrekeyId === undefined
      ? undefined
      : { keyId: bundle.oneTimePrekeyId, publicKey: bytes(bundle.oneTimePrekey) };
    await new signal.SessionBuilder(party, peerAddress(request)).initOutgoing({
      registrationId: bundle.registrationId,
      identityKey: bytes(bundle.identityKey),
      signedPreKey: {
        keyId: bundle.signedPrekeyId,
        publicKey: bytes(bundle.signedPrekey),
        signature: bytes(bundle.signedPrekeySignature),
      },
      preKey,
    });
    return {};
  },

  // The last of `count` messages of one plaintext; the others are dropped.
  encrypt: async (party, request) => {
    const cipher = new signal.SessionCipher(party, peerAddress(request));
    let reply = {};
    for (let left = request.count ?? 1; left > 0; left -= 1) {
      const { type, body } = await cipher.encrypt(bytes(request.plaintext));
      const message = typeof body === 'string' ? Buffer.from(body, 'binary') : body;
      reply = { kind: type === 3 ? 'pre_key' : 'signal', message: hex(message) };
    }
    return reply;
  },

  decrypt: async (party, request) => {
    const cipher = new signal.SessionCipher(party, peerAddress(request));
    const message = bytes(request.message);
    const plaintext = request.kind === 'pre_key'
      ? await cipher.decryptPreKeyWhisperMessage(message)
      : await cipher.decryptWhisperMessage(message);
    return { plaintext: hex(plaintext) };
  },

  record: async (party, request) => {
    const record = await party.loadSession(peerAddress(request).toString());
    if (!record) throw new BadInput('no record');
    return { archived: record.getSessions().length - 1 };
  },
};

function kind(error) {
  if (error instanceof BadInput) return 'bad_input';
  const kinds = {
    MessageCounterError: 'duplicate',
    UntrustedIdentityKeyError: 'untrusted_identity',
    PreKeyError: 'unknown_prekey',
  };
  return kinds[error.name] ?? 'invalid';
}

async function answer(line) {
  try {
    const request = JSON.parse(line);
    const operation = operations[request.op];
    const party = parties.get(request.party);
    if (!operation) throw new BadInput('no such operation');
    if (!party && !['hello', 'create_party'].includes(request.op)) throw new BadInput('no such party');
    return { ok: await operation(party, request) };
  } catch (error) {
    return { error: { kind: kind(error), text: `${error.name}: ${error.message}` } };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
  }
})();
