"""The site: `make docs` builds it, and fails at any warning."""

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

from pathlode import __version__

project, author, release = "pathlode", "The pathlode maintainers", __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode", "sphinx_copybutton"]
exclude_patterns = ["faults_table.md"]
html_theme = "furo"
html_title = "pathlode"
html_show_copyright = False
html_use_index = False
myst_heading_anchors = 3
myst_enable_extensions = ["dollarmath", "amsmath"]
html_math_renderer = "mathml"
napoleon_use_ivar = True  # attributes as a list in the class, without entries of their own
napoleon_attr_annotations = False
autodoc_default_options = {"members": True, "member-order": "bysource", "show-inheritance": True}
autodoc_typehints = "signature"
autodoc_use_type_comments = False  # there are none, and looking for them parses every function
autodoc_mock_imports = ["lightning", "transformers"]  # which the site's environment lacks
autodoc_type_aliases = {"Array": "Array"}
copybutton_exclude = ".linenos, .gp, .go"


def _formula(translator, node):
    """MathML, which browsers show without a script of another host."""
    translator.body.append(tex2mathml(node.astext(), as_block=isinstance(node, nodes.math_block)))
    raise nodes.SkipNode


def setup(app):
    """Sphinx calls this."""
    app.add_html_math_renderer("mathml", (_formula, None), (_formula, None))
