/** West, south, east and north in degrees. */
export type Box = [west: number, south: number, east: number, north: number];

/** The smallest box around others, at least one, as the server writes them. None crosses the antimeridian. */
export function union(boxes: readonly (readonly number[])[]): Box {
  const side = (index: number) => boxes.map((box) => box[index] ?? NaN);
  return [Math.min(...side(0)), Math.min(...side(1)), Math.max(...side(2)), Math.max(...side(3))];
}
