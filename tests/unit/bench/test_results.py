from pathlib import Path

from bench.results import Chart, Findings, Result, Run, Table, read_results, write_result


def test_a_result_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    chart = Chart(kind="bars", x="", y="ms", series={"ours": [("one", 1.5), ("two", 2.0)]})
    table = Table(name="t", title="T", about="a", rows=[{"what": "one", "ms": "1.5"}], chart=chart)
    run = Run(
        at="2026-01-15T12:00+00:00",
        command="make bench",
        commit="abc",
        machine="a machine",
        versions={},
        quick=False,
        seconds=2.5,
    )
    findings = Findings(tables=[table], figures={"p99, ms": 2.0}, notes=["n"])
    write_result(Result(name="speed", run=run, findings=findings), tmp_path)
    read = read_results(tmp_path)["speed"]
    assert read.run == run
    assert read.findings.figures == {"p99, ms": 2.0}
    assert read.findings.tables[0].chart is not None
    assert list(read.findings.tables[0].chart.series["ours"]) == [("one", 1.5), ("two", 2.0)]
