import "./theme/tokens.css";
import { createRoot } from "react-dom/client";
import { Logo } from "./shell/Logo";

const root = document.getElementById("root");
if (root) createRoot(root).render(<Logo />);
