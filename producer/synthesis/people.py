"""Who applies: age, gender, education and family."""

import numpy as np

from producer.synthesis.marginals import draw_by_row, flip, quantile
from producer.synthesis.tables import BoolArray, FloatArray, Frame, code
from producer.synthesis.traits import Traits, by_age, share_by_age

_FEMALE = [0.590, 0.590, 0.575, 0.620, 0.645, 0.680, 0.715, 0.760, 0.770, 0.800]
_EDUCATION = np.array(
    [  # lower secondary, secondary, incomplete higher, higher, academic degree
        [0.003, 0.585, 0.175, 0.236, 0.0001],
        [0.009, 0.570, 0.080, 0.340, 0.0002],
        [0.012, 0.620, 0.040, 0.327, 0.0005],
        [0.010, 0.695, 0.030, 0.264, 0.0006],
        [0.009, 0.732, 0.019, 0.239, 0.0006],
        [0.007, 0.746, 0.014, 0.232, 0.0007],
        [0.012, 0.775, 0.014, 0.198, 0.0005],
        [0.018, 0.798, 0.010, 0.173, 0.0005],
        [0.027, 0.786, 0.008, 0.178, 0.0004],
        [0.024, 0.780, 0.006, 0.189, 0.0003],
    ]
)
_FAMILY = np.array(
    [  # married, single, civil marriage, separated, widow, unknown
        [0.313, 0.513, 0.167, 0.007, 0.000, 1e-5],
        [0.600, 0.250, 0.117, 0.031, 0.002, 1e-5],
        [0.695, 0.143, 0.109, 0.049, 0.004, 1e-5],
        [0.699, 0.122, 0.110, 0.058, 0.011, 1e-5],
        [0.688, 0.122, 0.093, 0.075, 0.022, 1e-5],
        [0.685, 0.092, 0.088, 0.098, 0.037, 1e-5],
        [0.665, 0.105, 0.088, 0.080, 0.062, 1e-5],
        [0.644, 0.100, 0.062, 0.073, 0.121, 1e-5],
        [0.583, 0.108, 0.052, 0.053, 0.204, 1e-5],
        [0.450, 0.120, 0.042, 0.065, 0.323, 1e-5],
    ]
)
_CHILDREN = np.array(
    [  # 0, 1, 2, 3, 4, 5 or more
        [0.796, 0.180, 0.020, 0.003, 0.0006, 0.0002],
        [0.613, 0.272, 0.101, 0.012, 0.0010, 0.0003],
        [0.452, 0.335, 0.180, 0.028, 0.0030, 0.0008],
        [0.431, 0.344, 0.193, 0.028, 0.0030, 0.0008],
        [0.570, 0.308, 0.098, 0.020, 0.0020, 0.0005],
        [0.759, 0.191, 0.040, 0.008, 0.0010, 0.0003],
        [0.922, 0.066, 0.011, 0.001, 0.0001, 0.0001],
        [0.970, 0.028, 0.002, 0.000, 0.0000, 0.0000],
        [0.981, 0.017, 0.002, 0.000, 0.0000, 0.0000],
        [0.988, 0.012, 0.000, 0.000, 0.0000, 0.0000],
    ]
)


def draw_people(rng: np.random.Generator, traits: Traits) -> Frame:
    """Age, gender, education, family status and children."""
    days_birth = np.round(quantile("DAYS_BIRTH", -traits.maturity))
    age = -days_birth / 365.25
    female = flip(rng, share_by_age(age, _FEMALE))
    unrecorded = flip(rng, np.full(len(traits), 1.3e-5))
    return {
        "CODE_GENDER": np.where(unrecorded, 2.0, np.where(female, 0.0, 1.0)),
        "DAYS_BIRTH": days_birth,
        "NAME_EDUCATION_TYPE": _education(rng, age, traits),
    } | _family(rng, age, female)


def _education(rng: np.random.Generator, age: FloatArray, traits: Traits) -> FloatArray:
    lift = np.outer(traits.affluence, [-0.5, -0.2, 0.2, 0.45, 0.9])
    return draw_by_row(rng, by_age(age, _EDUCATION) * np.exp(lift))


def _family(rng: np.random.Generator, age: FloatArray, female: BoolArray) -> Frame:
    shares = by_age(age, _FAMILY)
    man = np.array([1.30, 1.10, 0.95, 0.55, 0.15, 1.0])
    woman = np.array([0.92, 0.98, 1.02, 1.20, 1.20, 1.0])
    status = draw_by_row(rng, np.where(female[:, None], shares * woman, shares * man))
    children = draw_by_row(rng, by_age(age, _CHILDREN))
    many = children == _CHILDREN.shape[1] - 1
    children += np.where(many, rng.geometric(0.6, len(age)) - 1, 0)
    unknown = code("application", "NAME_FAMILY_STATUS", "Unknown")
    partner = np.isin(status, [0.0, 2.0])
    members = np.where(status == unknown, np.nan, 1.0 + partner + children)
    return {"NAME_FAMILY_STATUS": status, "CNT_CHILDREN": children, "CNT_FAM_MEMBERS": members}
