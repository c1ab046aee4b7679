const settings = {displaylogo: false, displayModeBar: false, responsive: true};

function draw(place) {
  const {data, layout} = JSON.parse(document.getElementById(place.dataset.figure).textContent);
  Plotly.newPlot(place, data, layout, settings);
}

const charts = [...document.querySelectorAll("[data-figure]")];
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((one) => one.isIntersecting)) {
    seen.unobserve(entry.target);
    draw(entry.target);
  }
}, {rootMargin: "600px"});
charts.forEach((chart) => seen.observe(chart));
addEventListener("beforeprint", () => charts.forEach(draw));
