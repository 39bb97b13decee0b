"""What is measured in the intensive-care stays of PhysioNet's challenge of 2012."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quantity:
    """A measured quantity.

    Args:
        unit: its unit.
        low: smallest plausible value; smaller ones are errors of the record, for example pressures of 0.
        high: largest plausible value.
    """

    unit: str
    low: float
    high: float


QUANTITIES = {
    "ALP": Quantity("IU/L", 1, 5000),
    "ALT": Quantity("IU/L", 1, 20000),
    "AST": Quantity("IU/L", 1, 20000),
    "Albumin": Quantity("g/dL", 0.5, 8),
    "BUN": Quantity("mg/dL", 0, 300),
    "Bilirubin": Quantity("mg/dL", 0, 80),
    "Cholesterol": Quantity("mg/dL", 10, 1000),
    "Creatinine": Quantity("mg/dL", 0, 40),
    "DiasABP": Quantity("mmHg", 5, 200),
    "FiO2": Quantity("1", 0.15, 1),
    "GCS": Quantity("1", 3, 15),
    "Glucose": Quantity("mg/dL", 5, 2000),
    "HCO3": Quantity("mmol/L", 1, 80),
    "HCT": Quantity("%", 5, 80),
    "HR": Quantity("bpm", 10, 300),
    "K": Quantity("mEq/L", 1, 15),
    "Lactate": Quantity("mmol/L", 0, 40),
    "MAP": Quantity("mmHg", 10, 250),
    "MechVent": Quantity("1", 0, 1),
    "Mg": Quantity("mmol/L", 0, 15),
    "NIDiasABP": Quantity("mmHg", 5, 200),
    "NIMAP": Quantity("mmHg", 10, 250),
    "NISysABP": Quantity("mmHg", 20, 300),
    "Na": Quantity("mEq/L", 90, 200),
    "PaCO2": Quantity("mmHg", 5, 150),
    "PaO2": Quantity("mmHg", 10, 700),
    "Platelets": Quantity("cells/nL", 1, 2000),
    "RespRate": Quantity("bpm", 1, 100),
    "SaO2": Quantity("%", 20, 100),
    "SysABP": Quantity("mmHg", 20, 300),
    "Temp": Quantity("°C", 25, 45),
    "TroponinI": Quantity("μg/L", 0, 100),
    "TroponinT": Quantity("μg/L", 0, 100),
    "Urine": Quantity("mL", 0, 5000),
    "WBC": Quantity("cells/nL", 0, 500),
    "Weight": Quantity("kg", 15, 400),
    "pH": Quantity("1", 6.5, 8),
}
"""The 37 quantities by name. Units are those of the challenge's description; the plausible ranges are our choice."""

DESCRIPTORS = {"Age": "years", "Gender": "0 female, 1 male", "Height": "cm", "ICUType": "1 to 4", "Weight": "kg"}
"""What is known of a stay at its start, with units. -1 stands for unknown."""
