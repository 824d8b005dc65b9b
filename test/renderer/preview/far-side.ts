/** The other side of a call in the preview: a second connection in the same page, with a drawn picture and a tone. */
import type { FarSide } from '../../support/scripted-calls.ts';

export function createFarSide(): FarSide {
  const connection = new RTCPeerConnection();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [1280, 720];
  const paper = canvas.getContext('2d');
  let turn = 0;
  setInterval(() => {
    if (paper === null) return;
    paper.fillStyle = '#7a5b43';
    paper.fillRect(0, 0, 1280, 720);
    paper.fillStyle = '#f3d9b8';
    paper.beginPath();
    paper.arc(640 + Math.sin((turn += 0.1)) * 60, 330, 170, 0, 7);
    paper.fill();
    paper.fillRect(430, 520, 420, 300);
  }, 40);
  const picture = canvas.captureStream(25).getVideoTracks()[0];
  const tone = new AudioContext();
  const out = tone.createMediaStreamDestination();
  const oscillator = tone.createOscillator();
  oscillator.connect(out);
  oscillator.start();
  const sound = out.stream.getAudioTracks()[0];

  return {
    async describe({ type, sdp }, say) {
      if (type === 'answer') {
        await connection.setRemoteDescription({ type, sdp });
        return;
      }
      await connection.setRemoteDescription({ type, sdp });
      for (const transceiver of connection.getTransceivers()) {
        const track = transceiver.receiver.track.kind === 'audio' ? sound : picture;
        if (transceiver.sender.track === null) await transceiver.sender.replaceTrack(track ?? null);
        transceiver.direction = 'sendrecv';
      }
      await connection.setLocalDescription();
      await new Promise<void>((resolve) => {
        if (connection.iceGatheringState === 'complete') resolve();
        else
          connection.addEventListener(
            'icegatheringstatechange',
            () => connection.iceGatheringState === 'complete' && resolve(),
          );
      });
      say({ kind: 'description', type: 'answer', sdp: connection.localDescription?.sdp ?? '' });
    },
  };
}
