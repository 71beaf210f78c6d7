import type { Palette } from './palette';

/** Draws the symbol of a station, a disc with a flag, at `scale` pixels for each of its 26. */
export function drawStation(palette: Palette, scale: number): ImageData {
  const size = 26 * scale;
  const canvas = new OffscreenCanvas(size, size);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('the browser gives no canvas to draw on');
  context.scale(scale, scale);
  context.beginPath();
  context.arc(13, 13, 11, 0, 2 * Math.PI);
  context.fillStyle = palette.stations;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = palette.halo;
  context.stroke();
  context.fillStyle = palette.stationMark;
  context.fillRect(9, 7, 1.6, 12.5);
  context.beginPath();
  context.moveTo(10.6, 7.4);
  context.lineTo(18.6, 10.3);
  context.lineTo(10.6, 13.4);
  context.fill();
  return context.getImageData(0, 0, size, size);
}
