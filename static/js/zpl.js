// A label printer has letters for Western Europe only: all others are sent to it as pictures.

const INK = 128; // of 255: what covers more than half a dot is black

function picture({ text, size, baseline, width, height, rtl }) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.font = `bold ${size}px Arial, "Liberation Sans", "Noto Sans", system-ui, sans-serif`;
  pen.direction = rtl ? "rtl" : "ltr";
  pen.textAlign = "left";
  const drawn = Math.max(1, Math.min(width, Math.ceil(pen.measureText(text).width)));
  pen.fillText(text, 0, baseline, width);
  const { data } = pen.getImageData(0, 0, drawn, height);
  const bytes = Math.ceil(drawn / 8);
  let dots = "";
  for (let y = 0; y < height; y += 1) {
    for (let byte = 0; byte < bytes; byte += 1) {
      let bits = 0;
      for (let bit = 0; bit < 8; bit += 1) {
        const x = byte * 8 + bit;
        const isBlack = x < drawn && data[(y * drawn + x) * 4 + 3] >= INK;
        bits = bits * 2 + Number(isBlack);
      }
      dots += bits.toString(16).toUpperCase().padStart(2, "0");
    }
  }
  return { width: drawn, height, dots };
}

for (const form of document.querySelectorAll("[data-zpl]")) {
  form.addEventListener("submit", () => {
    const rows = JSON.parse(document.getElementById("to-draw").textContent);
    const pictures = Object.fromEntries(rows.map((row) => [row.key, picture(row)]));
    form.elements.pictures.value = JSON.stringify(pictures);
  });
}
