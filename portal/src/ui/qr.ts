/** The API's QR codes are SVG text; an image takes them as a data address. */
export const qrSource = (svg: string): string => `data:image/svg+xml,${encodeURIComponent(svg.includes("xmlns=") ? svg : svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '))}`;
