"""An evaluation of made-up scores that are well calibrated."""

import numpy as np

from training.evaluation import Evaluation, Scored, evaluate
from training.policy import DEFAULT_POLICY, decide_thresholds, read_policy

RULES = read_policy(DEFAULT_POLICY)


def an_evaluation(*, unlabelled: bool = True) -> Evaluation:
    draw = np.random.default_rng(7)
    raw = draw.normal(-2.5, 1, 1500)
    probability = 1 / (1 + np.exp(-raw))
    women, married = np.arange(1500) % 2 == 0, np.arange(1500) % 3 == 0
    scored = Scored(
        raw_scores=raw,
        fold=np.arange(1500) % 5,
        probability=probability,
        target=(draw.random(1500) < probability).astype(np.float64),
        segments={"contract": np.where(draw.random(1500) < 0.5, "cash", "revolving")},
        protected={
            "gender": np.where(draw.random(1500) < 0.5, "F", "M"),
            "elderly": np.where(women, "62 and over", "under 62"),
            "family status": np.where(married, "Married", "Widow"),
        },
    )
    return evaluate(
        scored,
        decide_thresholds(RULES.economics, probability),
        RULES,
        calibration_method="platt",
        unlabelled=probability[:400] if unlabelled else None,
        replicates=20,
    )
