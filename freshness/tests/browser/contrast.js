// Returns the controls whose letters or edges are hard to make out, with the contrast measured.
(selector) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

  // Any CSS colour as red, green, blue (0 to 255) and alpha (0 to 1).
  function parse(colour) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }

  const over = (top, below, alpha = top[3]) =>
    [0, 1, 2].map((part) => top[part] * alpha + below[part] * (1 - alpha)).concat(1);

  // What a transparent element shows through: the first opaque ground among its ancestors.
  function ground(element) {
    if (!element) {
      const probe = document.createElement("i");
      probe.style.color = "Canvas";
      document.body.append(probe);
      const paper = parse(getComputedStyle(probe).color);
      probe.remove();
      return paper;
    }
    const style = getComputedStyle(element);
    const own = parse(style.backgroundColor);
    const alpha = own[3] * Number(style.opacity);
    return alpha === 1 ? own : over(own, ground(element.parentElement), alpha);
  }

  function opacity(element) {
    const own = Number(getComputedStyle(element).opacity);
    return element.parentElement ? own * opacity(element.parentElement) : own;
  }

  function luminance(colour) {
    const [red, green, blue] = colour.map((part) => {
      const value = part / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function contrast(one, other) {
    const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (lighter + 0.05) / (darker + 0.05);
  }

  function letters(element) {
    const style = getComputedStyle(element);
    const below = ground(element);
    const colour = parse(style.color);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const seen = over(colour, below, colour[3] * opacity(element));
    return { part: "letters", measured: contrast(seen, below), least: isLarge ? 3 : 4.5 };
  }

  // A control has an edge where it is framed or filled; one of the two has to stand out. A line
  // below it alone is no frame.
  function edge(element) {
    const style = getComputedStyle(element);
    const around = ground(element.parentElement);
    const frame = parse(style.borderBlockEndColor);
    const widths = [style.borderBlockStartWidth, style.borderBlockEndWidth].map(parseFloat);
    const alpha = Math.min(...widths) > 0 ? frame[3] * opacity(element) : 0;
    const fill = ground(element);
    const isFilled = parse(style.backgroundColor)[3] > 0 && contrast(fill, around) > 1.01;
    if (alpha === 0 && !isFilled) return null;
    const framed = contrast(over(frame, around, alpha), around);
    return { part: "edge", measured: Math.max(framed, contrast(fill, around)), least: 3 };
  }

  const isShown = (element) =>
    element.checkVisibility({ visibilityProperty: true }) && !element.closest(".hidden");
  const ownText = (element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const isDrawnByTheBrowser = (element) => element.matches("[type=radio], [type=checkbox]");

  const wrong = [];
  for (const control of document.querySelectorAll(selector)) {
    if (!isShown(control) || isDrawnByTheBrowser(control)) continue;
    const worded = [control, ...control.querySelectorAll("*")].filter(
      (element) => isShown(element) && (ownText(element) || element.matches("select, input")),
    );
    const isButton = control.matches("button, select, input, .button, .periods a");
    for (const found of [...worded.map(letters), isButton && edge(control)]) {
      if (found && found.measured < found.least) {
        wrong.push({ ...found, control: control.outerHTML.slice(0, 120) });
      }
    }
  }
  return wrong;
};
