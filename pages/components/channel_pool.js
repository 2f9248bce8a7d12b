// Decode channels that stay open, one a checkpoint that was shown, so that going back to it costs no connection.

import { channelUrl, DecodeChannel } from "./decode_channel.js";

export class ChannelPool {
  #channels = new Map(); // checkpoint -> {channel, open, sentence}
  #current = null;
  #changed;

  /** `changed({open, sentence})` hears how the channel in use is, whenever that changes. */
  constructor(changed) {
    this.#changed = changed;
  }

  /** The channel of a checkpoint, in use from now on. */
  use(checkpoint) {
    this.#current = checkpoint;
    const entry = this.#channels.get(checkpoint) ?? this.#connect(checkpoint);
    if (entry.told) this.#changed(entry);
    return entry.channel;
  }

  close() {
    for (const { channel } of this.#channels.values()) channel.close();
  }

  #connect(checkpoint) {
    const entry = { channel: null, told: false, open: false, sentence: "" };
    this.#channels.set(checkpoint, entry);
    entry.channel = new DecodeChannel(channelUrl(checkpoint), ({ open, sentence = "" }) => {
      if (open === undefined) return;
      Object.assign(entry, { told: true, open, sentence });
      if (checkpoint === this.#current) this.#changed(entry);
    });
    return entry;
  }
}
