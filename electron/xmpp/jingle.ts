/**
 * What two programs agree on in a call, as plain values: neither SDP (what WebRTC speaks) nor XML (what Jingle sends).
 * The codecs of XEP-0167, 0176, 0293, 0294, 0320, 0338, 0339 and 0507 read and write these, and so does sdp.ts. Types only.
 */

/** The side of a session (XEP-0166 #concepts-session): who began it, and whom it was offered to. */
export type Role = 'initiator' | 'responder';

/** Who may send in a content (XEP-0166 #content, `senders`). */
export type Senders = Role | 'both' | 'none';

export type Media = 'audio' | 'video';

/** Everything that is agreed on at one moment: the offer or answer of one side, or a part of it. */
export interface SessionDescription {
  /** In the order of the m-lines of SDP; the names are distinct. */
  readonly contents: readonly MediaContent[];
  /** XEP-0338; each names contents of this description only. */
  readonly groups: readonly Group[];
}

/** One medium of a call: a `<content/>` of Jingle, an m-line of SDP. */
export interface MediaContent {
  /** `name` of Jingle, `mid` of SDP: a token of at most 64 characters. */
  readonly name: string;
  /** Who added it to the session; together with the name it identifies the content (XEP-0166 #concepts-session). */
  readonly creator: Role;
  readonly senders: Senders;
  /** Absent where only the transport is spoken of (transport-info), or where we do not speak this application. */
  readonly description?: RtpDescription;
  /** Absent where only the description is spoken of (content-modify, description-info), or of a kind we do not speak. */
  readonly transport?: IceTransport;
  /** In an answer in SDP: the content is not wanted, its m-line is a place holder with port 0 (RFC 8829 §5.3.1). */
  readonly isRejected?: true;
}

/** XEP-0338: contents that belong together, e.g. those that share one transport (`BUNDLE`, RFC 9143). */
export interface Group {
  /** A token, e.g. `BUNDLE` or `LS`. */
  readonly semantics: string;
  /** Names of contents, in order. */
  readonly contents: readonly string[];
}

/** XEP-0167: how a medium is encoded. */
export interface RtpDescription {
  readonly media: Media;
  /** The most wanted first; ids are distinct. */
  readonly payloads: readonly PayloadType[];
  /** RTP and RTCP over one port (RFC 5761). */
  readonly hasMultiplexing: boolean;
  /** RTCP of reduced size (RFC 5506). Jingle has no word for it; Chromium's SDP has. */
  readonly hasReducedSize: boolean;
  /** The most that the describing side wants to receive: kind (`AS`: kilobits, `TIAS`: bits per second) and number. */
  readonly bandwidth?: Bandwidth;
  /** XEP-0293, for all payload types. */
  readonly feedback: FeedbackRules;
  /** XEP-0294. */
  readonly extensions: readonly HeaderExtension[];
  /** One- and two-byte headers may be mixed (RFC 8285 §6). */
  readonly allowsMixedExtensions: boolean;
  /** XEP-0339. */
  readonly sources: readonly Source[];
  readonly sourceGroups: readonly SourceGroup[];
  /** XEP-0507, e.g. `main` for a camera and `slides` for a screen. */
  readonly categories: readonly Category[];
}

export interface Bandwidth {
  readonly kind: 'AS' | 'TIAS';
  readonly value: number;
}

/** A codec and its number in this session. */
export interface PayloadType {
  /** 0 to 127. */
  readonly id: number;
  /** e.g. `opus`; absent for the static types of RFC 3551 that a program does not name. */
  readonly name?: string;
  /** Hertz. */
  readonly clockRate?: number;
  /** 1 when absent. */
  readonly channels?: number;
  /** Milliseconds of sound in a packet, wanted and at most. */
  readonly packetTime?: number;
  readonly longestPacketTime?: number;
  /** `a=fmtp`. */
  readonly parameters: readonly Parameter[];
  readonly feedback: FeedbackRules;
}

/** `name=value`, or one word alone: then the value is absent. */
export interface Parameter {
  readonly name: string;
  readonly value?: string;
}

/** XEP-0293. */
export interface FeedbackRules {
  readonly messages: readonly Feedback[];
  /** The least milliseconds between regular RTCP packets (`trr-int`). */
  readonly interval?: number;
}

export interface Feedback {
  /** e.g. `nack`, `ccm`, `transport-cc`. */
  readonly type: string;
  /** e.g. `pli`, `fir`. */
  readonly subtype?: string;
}

/** An RTP header extension (RFC 8285). */
export interface HeaderExtension {
  /** 1 to 14, 16 to 255, or 4096 to 4351 (a number that is still to be chosen). */
  readonly id: number;
  readonly uri: string;
  /** Who sends it. */
  readonly senders: Senders;
}

/** A source of RTP packets (RFC 5576). */
export interface Source {
  /** 32 bits. */
  readonly ssrc: number;
  readonly parameters: readonly Parameter[];
}

export interface SourceGroup {
  /** e.g. `FID`, `SIM`. */
  readonly semantics: string;
  readonly sources: readonly number[];
}

export type Category = 'slides' | 'speaker' | 'sl' | 'main' | 'alt';

/** XEP-0176: where a medium flows, and XEP-0320: by which key its far end is known. */
export interface IceTransport {
  /** Absent together: only in a content that shares the transport of another one. */
  readonly credentials?: IceCredentials;
  readonly fingerprint?: Fingerprint;
  /** At most 50. */
  readonly candidates: readonly Candidate[];
}

/** RFC 8445 §5.3; a change of both is a restart of ICE. */
export interface IceCredentials {
  /** 4 to 256 characters of ice-char. */
  readonly fragment: string;
  /** 22 to 256 characters of ice-char. */
  readonly password: string;
}

export type CandidateType = 'host' | 'srflx' | 'prflx' | 'relay';

/** A place where the other side may be reached over UDP (RFC 8445). */
export interface Candidate {
  readonly type: CandidateType;
  /** An IP address; never a name. */
  readonly address: string;
  /** 1 to 65535. */
  readonly port: number;
  /** 1 to 256; 1 is RTP. */
  readonly component: number;
  /** 1 to 2³¹−1; the greater the better. */
  readonly priority: number;
  /** Up to 32 characters of ice-char. */
  readonly foundation: string;
  /** Which start of ICE it belongs to; counted by Jingle, 0 for the first. */
  readonly generation: number;
  /** The network card it belongs to, where it is told. */
  readonly network?: number;
  /** What it was derived from. */
  readonly related?: { readonly address: string; readonly port: number };
  /** Jingle's name for it; made up when it comes from SDP. */
  readonly id?: string;
}

/** The functions that may name a certificate here; SHA-1 and MD5 are none. */
export type FingerprintHash = 'sha-256' | 'sha-384' | 'sha-512';

/** Who begins the DTLS handshake (RFC 4145 §4): `active` does, `passive` waits, `actpass` lets the other side choose. */
export type Setup = 'active' | 'passive' | 'actpass';

export interface Fingerprint {
  readonly hash: FingerprintHash;
  /** Octets in upper-case hexadecimal, separated by colons; as long as the function makes them. */
  readonly value: string;
  readonly setup: Setup;
}

/** A tone of XEP-0181. */
export type Tone =
  | '0'
  | '1'
  | '2'
  | '3'
  | '4'
  | '5'
  | '6'
  | '7'
  | '8'
  | '9'
  | '*'
  | '#'
  | 'A'
  | 'B'
  | 'C'
  | 'D';
