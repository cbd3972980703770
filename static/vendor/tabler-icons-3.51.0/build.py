"""Build sprite.svg from the outline icons named in icons.txt.

Usage: python build.py FOLDER_OF_OUTLINE_ICONS
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent


def symbol(name: str, source: str) -> str:
    """Return the drawing as a symbol without size, colour or line width."""
    drawing = re.search(r"<svg[^>]*>(.*)</svg>", source, re.DOTALL).group(1)
    shapes = re.sub(r"\s+", " ", drawing).strip().replace(" />", "/>").replace("> <", "><")
    shapes = shapes.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none"/>', "")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def main(folder: Path) -> None:
    names = (HERE / "icons.txt").read_text().split()
    symbols = [symbol(name, (folder / f"{name}.svg").read_text()) for name in sorted(names)]
    body = "\n".join(symbols)
    (HERE / "sprite.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{body}\n</svg>\n')


main(Path(sys.argv[1]))
