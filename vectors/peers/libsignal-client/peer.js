// Speaks to the npm package @signalapp/libsignal-client over JSON lines; the operations stand in ../README.md.
'use strict';
const path = require('path');
const readline = require('readline');
const { pathToFileURL } = require('url');

const installed = path.join(__dirname, '../../../target/peers/libsignal-client');
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const bytes = (text) => Uint8Array.from(Buffer.from(text, 'hex'));

class BadInput extends Error {}

async function main() {
  const packages = process.env.PEER_PACKAGES || installed;
  const entry = path.join(packages, 'node_modules/@signalapp/libsignal-client/dist/index.js');
  const signal = await import(pathToFileURL(entry));
  const parties = new Map();
  const operations = operationsOf(signal, parties);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(signal, operations, parties, line))}\n`);
  }
}

async function answer(signal, operations, parties, line) {
  try {
    const request = JSON.parse(line);
    const operation = operations[request.op];
    const party = parties.get(request.party);
    if (!operation) throw new BadInput('no such operation');
    if (!party && !['hello', 'create_party'].includes(request.op)) throw new BadInput('no such party');
    return { ok: await operation(party, request) };
  } catch (error) {
    return { error: { kind: kindOf(signal, error), text: `${error.name}: ${error.message}` } };
  }
}

function kindOf(signal, error) {
  if (error instanceof BadInput) return 'bad_input';
  const kinds = {
    [signal.ErrorCode.DuplicatedMessage]: 'duplicate',
    [signal.ErrorCode.UntrustedIdentity]: 'untrusted_identity',
    [signal.ErrorCode.InvalidSenderKeySession]: 'no_sender_key',
  };
  return kinds[error.code] ?? 'invalid';
}

function storesOf(signal) {
  const found = (map, id) => {
    if (!map.has(id)) throw new Error(`unknown id ${id}`);
    return map.get(id);
  };
  const at = (address) => `${address.name()}.${address.deviceId()}`;

  class Sessions extends signal.SessionStore {
    map = new Map();
    async saveSession(address, record) {
      this.map.set(at(address), record.serialize());
    }
    async getSession(address) {
      const record = this.map.get(at(address));
      return record === undefined ? null : signal.SessionRecord.deserialize(record);
    }
    async getExistingSessions(addresses) {
      return addresses.map((address) => signal.SessionRecord.deserialize(found(this.map, at(address))));
    }
  }
  class Identities extends signal.IdentityKeyStore {
    known = new Map();
    constructor(registrationId, twin) {
      super();
      this.registrationId = registrationId;
      this.pair = twin?.pair ?? signal.IdentityKeyPair.generate();
    }
    async getIdentityKey() {
      return this.pair.privateKey;
    }
    async getLocalRegistrationId() {
      return this.registrationId;
    }
    async saveIdentity(address, key) {
      const before = this.known.get(at(address));
      this.known.set(at(address), hex(key.serialize()));
      const same = before === undefined || before === hex(key.serialize());
      return same ? signal.IdentityChange.NewOrUnchanged : signal.IdentityChange.ReplacedExisting;
    }
    async isTrustedIdentity(address, key) {
      const known = this.known.get(at(address));
      return known === undefined || known === hex(key.serialize());
    }
    async getIdentity(address) {
      const known = this.known.get(at(address));
      return known === undefined ? null : signal.PublicKey.deserialize(bytes(known));
    }
  }
  class PreKeys extends signal.PreKeyStore {
    map = new Map();
    async savePreKey(id, record) {
      this.map.set(id, record);
    }
    async getPreKey(id) {
      return found(this.map, id);
    }
    async removePreKey(id) {
      this.map.delete(id);
    }
  }
  class SignedPreKeys extends signal.SignedPreKeyStore {
    map = new Map();
    async saveSignedPreKey(id, record) {
      this.map.set(id, record);
    }
    async getSignedPreKey(id) {
      return found(this.map, id);
    }
  }
  class KyberPreKeys extends signal.KyberPreKeyStore {
    map = new Map();
    async saveKyberPreKey(id, record) {
      this.map.set(id, record);
    }
    async getKyberPreKey(id) {
      return found(this.map, id);
    }
    async markKyberPreKeyUsed(id) {
      this.map.delete(id);
    }
  }
  class SenderKeys extends signal.SenderKeyStore {
    map = new Map();
    async saveSenderKey(sender, group, record) {
      this.map.set(`${at(sender)}/${group}`, record.serialize());
    }
    async getSenderKey(sender, group) {
      const record = this.map.get(`${at(sender)}/${group}`);
      return record === undefined ? null : signal.SenderKeyRecord.deserialize(record);
    }
  }
  return { Sessions, Identities, PreKeys, SignedPreKeys, KyberPreKeys, SenderKeys };
}

function operationsOf(signal, parties) {
  const stores = storesOf(signal);
  const peer = (request) => signal.ProtocolAddress.new(request.peerName, request.peerDeviceId);
  const repeat = async (request, once) => {
    let last = {};
    for (let left = request.count ?? 1; left > 0; left -= 1) last = await once();
    return last;
  };
  return {
    hello: async () => ({
      peer: 'libsignal-client',
      version: '@signalapp/libsignal-client 0.103.0',
      sessions: 4,
      groups: true,
    }),

    create_party: async (_, request) => {
      const party = {
        address: signal.ProtocolAddress.new(request.name, request.deviceId),
        identities: new stores.Identities(request.registrationId, parties.get(request.identityOf)?.identities),
        sessions: new stores.Sessions(),
        prekeys: new stores.PreKeys(),
        signedPrekeys: new stores.SignedPreKeys(),
        kyberPrekeys: new stores.KyberPreKeys(),
        senderKeys: new stores.SenderKeys(),
      };
      parties.set(request.party, party);
      return { identityKey: hex(party.identities.pair.publicKey.serialize()) };
    },

    publish_bundle: async (party, request) => {
      const { pair, registrationId } = party.identities;
      const signed = signal.PrivateKey.generate();
      const signedPublic = signed.getPublicKey();
      const signature = pair.privateKey.sign(signedPublic.serialize());
      await party.signedPrekeys.saveSignedPreKey(
        request.signedPrekeyId,
        signal.SignedPreKeyRecord.new(request.signedPrekeyId, 0, signedPublic, signed, signature),
      );
      const kem = signal.KEMKeyPair.generate();
      const kemSignature = pair.privateKey.sign(kem.getPublicKey().serialize());
      await party.kyberPrekeys.saveKyberPreKey(
        request.kemPrekeyId,
        signal.KyberPreKeyRecord.new(request.kemPrekeyId, 0, kem, kemSignature),
      );
      const bundle = {
        registrationId,
        identityKey: hex(pair.publicKey.serialize()),
        signedPrekeyId: request.signedPrekeyId,
        signedPrekey: hex(signedPublic.serialize()),
        signedPrekeySignature: hex(signature),
        kemPrekeyId: request.kemPrekeyId,
        kemPrekey: hex(kem.getPublicKey().serialize()),
        kemPrekeySignature: hex(kemSignature),
      };
      if (request.oneTimePrekeyId !== undefined) {
        const id = request.oneTimePrekeyId;
        const key = signal.PrivateKey.generate();
        await party.prekeys.savePreKey(id, signal.PreKeyRecord.new(id, key.getPublicKey(), key));
        bundle.oneTimePrekeyId = id;
        bundle.oneTimePrekey = hex(key.getPublicKey().serialize());
      }
      return { bundle };
    },

    start_session: async (party, { bundle, ...request }) => {
      const key = (text) => signal.PublicKey.deserialize(bytes(text));
      const without = bundle.oneTimePrekeyId === undefined;
      const parsed = signal.PreKeyBundle.new(
        bundle.registrationId,
        request.peerDeviceId,
        without ? null : bundle.oneTimePrekeyId,
        without ? null : key(bundle.oneTimePrekey),
        bundle.signedPrekeyId,
        key(bundle.signedPrekey),
        bytes(bundle.signedPrekeySignature),
        key(bundle.identityKey),
        bundle.kemPrekeyId,
        signal.KEMPublicKey.deserialize(bytes(bundle.kemPrekey)),
        bytes(bundle.kemPrekeySignature),
      );
      await signal.processPreKeyBundle(parsed, peer(request), party.address, party.sessions, party.identities);
      return {};
    },

    // The last of `count` messages of one plaintext; the others are dropped.
    encrypt: (party, request) =>
      repeat(request, async () => {
        const { address, sessions, identities } = party;
        const plaintext = bytes(request.plaintext);
        const message = await signal.signalEncrypt(plaintext, peer(request), address, sessions, identities);
        const prekey = message.type() === signal.CiphertextMessageType.PreKey;
        return { kind: prekey ? 'pre_key' : 'signal', message: hex(message.serialize()) };
      }),

    decrypt: async (party, request) => {
      const { address, sessions, identities, prekeys, signedPrekeys, kyberPrekeys } = party;
      const message = bytes(request.message);
      const plaintext = request.kind === 'pre_key'
        ? await signal.signalDecryptPreKey(
          signal.PreKeySignalMessage.deserialize(message),
          peer(request), address, sessions, identities, prekeys, signedPrekeys, kyberPrekeys,
        )
        : await signal.signalDecrypt(
          signal.SignalMessage.deserialize(message),
          peer(request), address, sessions, identities,
        );
      return { plaintext: hex(plaintext) };
    },

    record: async (party, request) => {
      const record = await party.sessions.getSession(peer(request));
      if (!record) throw new BadInput('no record');
      return { bytes: record.serialize().length };
    },

    group_create: async (party, request) => {
      const { address, senderKeys } = party;
      const message = await signal.SenderKeyDistributionMessage.create(address, request.group, senderKeys);
      return { distribution: hex(message.serialize()) };
    },

    group_process: async (party, request) => {
      const message = signal.SenderKeyDistributionMessage.deserialize(bytes(request.distribution));
      await signal.processSenderKeyDistributionMessage(peer(request), message, party.senderKeys);
      return {};
    },

    group_encrypt: (party, request) =>
      repeat(request, async () => {
        const { address, senderKeys } = party;
        const plaintext = bytes(request.plaintext);
        const message = await signal.groupEncrypt(address, request.group, senderKeys, plaintext);
        return { message: hex(message.serialize()) };
      }),

    group_decrypt: async (party, request) => {
      const plaintext = await signal.groupDecrypt(peer(request), party.senderKeys, bytes(request.message));
      return { plaintext: hex(plaintext) };
    },
  };
}

main();
