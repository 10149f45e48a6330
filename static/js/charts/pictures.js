// Pictures for slides: any figure's SVG on white, at three times its size, as a PNG.

const SCALE = 3;

async function asked(address) {
  const response = await fetch(address);
  if (!response.ok) {
    throw new Error(`${response.status} ${address}`);
  }
  return response;
}

/** As the SVG is called, so that the files of one figure lie together and those of two never collide. */
function nameOf(response) {
  const [, name] = response.headers.get("Content-Disposition").match(/filename="(.+)\.svg"/);
  return `${name}.png`;
}

async function drawn(response) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(await response.text())}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width * SCALE;
  canvas.height = image.height * SCALE;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}

async function save(button) {
  const trouble = button.parentElement.querySelector("[role=status]");
  trouble.hidden = true;
  try {
    const link = document.createElement("a");
    const response = await asked(button.dataset.png);
    link.download = nameOf(response);
    link.href = await drawn(response);
    link.click();
  } catch (error) {
    trouble.hidden = false;
    console.info("picture not made", error.message);
  }
}

for (const button of document.querySelectorAll("[data-png]")) {
  button.hidden = false;
  button.addEventListener("click", () => save(button));
}
