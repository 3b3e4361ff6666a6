// @ts-check
/** The page: defines the components; `index.html` holds `<fossick-app>`. */
import "./ui/app.js";
