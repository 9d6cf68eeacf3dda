// Returns what is wrong with the layout of a page: what does not fit into it, and texts on top of each other.
(() => {
  const complaints = [];
  const root = document.documentElement;
  const told = (element) => `${element.tagName.toLowerCase()} "${element.textContent.trim().slice(0, 60)}"`;
  const within = (outer, inner) => inner.left >= outer.left - 1.5 && inner.right <= outer.right + 1.5;
  if (root.scrollWidth > root.clientWidth) {
    complaints.push(`the page is ${root.scrollWidth} wide, in a window of ${root.clientWidth}`);
  }
  if (getComputedStyle(document.body).maxWidth === "none") {
    complaints.push("the page has no style");
  }

  // What must be inside of the page, and text that is wider than its own box.
  const page = { left: 0, right: root.clientWidth };
  for (const element of document.querySelectorAll("body *")) {
    if (element.closest(".defs, .wide > table") || element.ownerSVGElement || !element.checkVisibility()) {
      continue;
    }
    if (!within(page, element.getBoundingClientRect())) {
      complaints.push(`outside of the page: ${told(element)}`);
    }
    const scrolls = getComputedStyle(element).overflowX !== "visible";
    if (!scrolls && element.tagName !== "svg" && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1) {
      complaints.push(`wider than its box: ${told(element)}`);
    }
  }

  // Every text with the part of it that can be seen.
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest("title, desc, style") || !parent.checkVisibility()) {
      continue;
    }
    const svg = parent.ownerSVGElement;
    if (!svg) {
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        texts.push({ node, box });
      }
      continue;
    }
    let box = parent.getBoundingClientRect();
    const picture = svg.closest("[role=img]").getBoundingClientRect();
    if (getComputedStyle(svg).overflow === "hidden" && svg.getAttribute("role") !== "img") {
      // The box of an inner picture is that of its contents, so its view is computed.
      const view = new DOMRect(
        picture.left + svg.x.baseVal.value,
        picture.top + svg.y.baseVal.value,
        svg.width.baseVal.value,
        svg.height.baseVal.value,
      );
      box = new DOMRect(
        Math.max(box.left, view.left),
        Math.max(box.top, view.top),
        Math.min(box.right, view.right) - Math.max(box.left, view.left),
        Math.min(box.bottom, view.bottom) - Math.max(box.top, view.top),
      );
    }
    if (!within(picture, box) || box.top < picture.top - 1.5 || box.bottom > picture.bottom + 1.5) {
      complaints.push(`cut off by its picture: ${told(parent)}`);
    }
    texts.push({ node, box });
  }
  texts.sort((one, other) => one.box.top - other.box.top);
  for (let at = 0; at < texts.length; at += 1) {
    const { node, box } = texts[at];
    for (let next = at + 1; next < texts.length && texts[next].box.top < box.bottom - 2; next += 1) {
      const other = texts[next];
      const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      const high = Math.min(box.bottom, other.box.bottom) - other.box.top;
      if (wide > 1 && high > 2) {
        complaints.push(`on top of each other: "${node.data.trim().slice(0, 40)}" and "${other.node.data.trim().slice(0, 40)}"`);
      }
    }
  }
  return complaints;
})()
