// Runs before first paint so that a dark or compact screen never flashes light. A file of its own: the policy allows no inline script.
(function () {
  var root = document.documentElement;
  var read = function (key, fallback) {
    try {
      return localStorage.getItem(key) || fallback;
    } catch {
      return fallback;
    }
  };
  var wanted = read("qvoice.scheme", "auto");
  var dark = wanted === "dark" || (wanted === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
  root.setAttribute("data-density", read("qvoice.density", "comfortable"));
  var language = read("qvoice.language", navigator.language || "en").slice(0, 2);
  root.lang = language === "fr" ? "fr" : "en";
})();
