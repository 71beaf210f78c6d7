"""QGIS without a window as a client of the map: every layer by OGC API Features and as vector tiles, counted and drawn.

Run as: qgis.py BASE FOLDER. Prints a line a check, "ok" or "FAIL", a tab, what was checked, a tab, what was seen; pictures
go to FOLDER.
"""
import json
import math
import os
import sys
import tempfile
import urllib.parse
import urllib.request

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp()
os.environ["HOME"] = os.environ["XDG_RUNTIME_DIR"]  # no profile of a user's, and none left behind

# The folder of this file would hide the package of the same name.
sys.path[:] = [p for p in sys.path if os.path.abspath(p or ".") != os.path.dirname(os.path.abspath(__file__))]

from qgis.core import (  # noqa: E402
    QgsApplication, QgsCoordinateReferenceSystem, QgsFeatureRequest, QgsMapRendererSequentialJob, QgsMapSettings,
    QgsRectangle, QgsVectorLayer, QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize  # noqa: E402
from qgis.PyQt.QtGui import QColor  # noqa: E402

base, folder = sys.argv[1:]
HALF = 20037508.342789244  # metres from the middle of the world to its edge, EPSG:3857


def say(good, what, seen=""):
    print("\t".join(["ok" if good else "FAIL", what, str(seen)]), flush=True)
    return good


def get(path):
    request = urllib.request.Request(base + path, headers={"Accept": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def drawn(layer, system, extent, name):
    """Draws the layer into a picture, and gives the share of its pixels that are not background, in per mille."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem(system))
    settings.setExtent(extent)
    settings.setOutputSize(QSize(640, 480))
    white = QColor("white")
    settings.setBackgroundColor(white)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(os.path.join(folder, name + ".png"))
    for error in job.errors():
        say(False, name + " is drawn without an error", error.message)
    sampled = [image.pixelColor(x, y) != white for x in range(0, 640, 2) for y in range(0, 480, 2)]
    return round(1000 * sum(sampled) / len(sampled), 1)


def collection(name, matched):
    """Checks a collection of OGC API Features, as somebody has it who types only the address."""
    source = " typename='%s' url='%s/ogc'" % (name, base)
    layer = QgsVectorLayer(source, name, "OAPIF")
    if not say(layer.isValid(), name + ": QGIS opens the collection", layer.error().message()):
        return None
    say(layer.crs().isValid(), name + ": its reference system is known", layer.crs().authid())
    features = list(layer.getFeatures())
    say(len(features) == matched, name + ": every feature is read", "%d of %d" % (len(features), matched))
    codes = {f["code"] for f in features}
    say(len(codes) == matched, name + ": each has its code", len(codes))
    say(all(f.hasGeometry() and f.geometry().isGeosValid() for f in features), name + ": every geometry is valid")

    extent = QgsRectangle()
    for feature in features:
        extent.combineExtentWith(feature.geometry().boundingBox())
    centre = extent.center()
    box = QgsRectangle(centre.x() - extent.width() / 8, centre.y() - extent.height() / 8,
                       centre.x() + extent.width() / 8, centre.y() + extent.height() / 8)
    boxed = QgsVectorLayer(source + " restrictToRequestBBOX='1'", name, "OAPIF")
    request = QgsFeatureRequest(box).setFlags(QgsFeatureRequest.ExactIntersect)
    got = {f["code"] for f in boxed.getFeatures(request)}
    want = {f["code"] for f in features if f.geometry().intersects(box)}
    say(got == want, name + ": a box gives what meets it", "%d of %d" % (len(got), len(want)))

    share = drawn(layer, "EPSG:4326", extent, name + "-features")
    say(share > 0, name + ": the collection is drawn", "%s per mille" % share)
    return features


def tiles(name, features):
    """Checks the vector tiles of a layer around one of its features."""
    described = get("/tiles/%s.json" % name)
    template = urllib.parse.quote(described["tiles"][0], safe="")
    source = "type=xyz&url=%s&zmin=%d&zmax=%d" % (template, described["minzoom"], described["maxzoom"])
    layer = QgsVectorTileLayer(source, name)
    if not say(layer.isValid(), name + ": QGIS opens the tiles"):
        return
    place = features[len(features) // 2].geometry().pointOnSurface().asPoint()
    x = place.x() / 180 * HALF
    y = math.log(math.tan(math.pi / 4 + math.radians(place.y()) / 2)) / math.pi * HALF
    half = HALF / 2 ** 11
    share = drawn(layer, "EPSG:3857", QgsRectangle(x - half * 4 / 3, y - half, x + half * 4 / 3, y + half), name + "-tiles")
    say(share > 0, name + ": the tiles are drawn", "%s per mille" % share)


application = QgsApplication([], False)
application.initQgis()
for entry in get("/ogc/collections")["collections"]:
    read = collection(entry["id"], get("/ogc/collections/%s/items?limit=1" % entry["id"])["numberMatched"])
    if read:
        tiles(entry["id"], read)
# To take QGIS down in order costs a crash now and then, which is none of ours.
os._exit(0)
