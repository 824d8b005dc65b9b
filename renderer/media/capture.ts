/**
 * Microphone, camera and screen: asks for them, says plainly why one cannot be had, and gives them back. Whether the window may
 * ask at all is decided outside of it.
 */

export type CaptureProblem =
  | 'refused' // by the person or by the system
  | 'none'; // there is no such device, or it is in use by another program

export interface Captured {
  readonly track?: MediaStreamTrack;
  readonly problem?: CaptureProblem;
}

/** 720p: larger pictures cost more than they show in a window. */
const CAMERA = { width: { ideal: 1_280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };

/** @param device the one to use; another one is taken when that is gone */
export async function openMicrophone(device?: string): Promise<Captured> {
  const cleaned = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  return await first(() =>
    navigator.mediaDevices.getUserMedia({ audio: { ...cleaned, ...wish(device) }, video: false }),
  );
}

export async function openCamera(device?: string): Promise<Captured> {
  return await first(() =>
    navigator.mediaDevices.getUserMedia({ video: { ...CAMERA, ...wish(device) }, audio: false }),
  );
}

/** The screen or window that was chosen before. Its sound, where there is any, is a track of its own. */
export async function openScreen(
  withSound: boolean,
): Promise<Captured & { readonly sound?: MediaStreamTrack }> {
  let stream: MediaStream | undefined;
  const captured = await first(async () => {
    const video = { frameRate: { ideal: 15, max: 30 } };
    stream = await navigator.mediaDevices.getDisplayMedia({ video, audio: withSound });
    return new MediaStream(stream.getVideoTracks());
  });
  // Words have to stay sharp; it may be slow.
  if (captured.track !== undefined) captured.track.contentHint = 'detail';
  const sound = stream?.getAudioTracks()[0];
  return { ...captured, ...(sound !== undefined && { sound }) };
}

const wish = (device: string | undefined): MediaTrackConstraints =>
  device === undefined ? {} : { deviceId: { ideal: device } };

async function first(open: () => Promise<MediaStream>): Promise<Captured> {
  try {
    const track = (await open()).getTracks()[0];
    return track === undefined ? { problem: 'none' } : { track };
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return { problem: error.name === 'NotAllowedError' ? 'refused' : 'none' };
  }
}
