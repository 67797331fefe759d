"""A View for other programs: JSON, CSV, a table to read. Pure: no clock, no I/O."""

from liqtui.export.csvs import FORMS as FORMS
from liqtui.export.csvs import clusters_to_csv as clusters_to_csv
from liqtui.export.csvs import ladder_to_csv as ladder_to_csv
from liqtui.export.csvs import view_to_csv as view_to_csv
from liqtui.export.view import SCHEMA as SCHEMA
from liqtui.export.view import missing as missing
from liqtui.export.view import unit_of as unit_of
from liqtui.export.view import view_to_json as view_to_json
from liqtui.export.view import view_to_json_text as view_to_json_text
from liqtui.export.view import view_to_table as view_to_table
