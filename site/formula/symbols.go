package formula

// symbols are commands that stand for one character. A "!" before it says that it is a
// letter, a "?" that it is an upright one; the others are signs.
var symbols = map[string]string{
	`\alpha`: "!α", `\beta`: "!β", `\gamma`: "!γ", `\delta`: "!δ", `\epsilon`: "!ϵ", `\varepsilon`: "!ε", `\zeta`: "!ζ", `\eta`: "!η", `\theta`: "!θ", `\vartheta`: "!ϑ",
	`\iota`: "!ι", `\kappa`: "!κ", `\lambda`: "!λ", `\mu`: "!μ", `\nu`: "!ν", `\xi`: "!ξ", `\omicron`: "!ο", `\pi`: "!π", `\varpi`: "!ϖ", `\rho`: "!ρ", `\varrho`: "!ϱ", `\sigma`: "!σ",
	`\varsigma`: "!ς", `\tau`: "!τ", `\upsilon`: "!υ", `\phi`: "!ϕ", `\varphi`: "!φ", `\chi`: "!χ", `\psi`: "!ψ", `\omega`: "!ω",
	`\Gamma`: "?Γ", `\Delta`: "?Δ", `\Theta`: "?Θ", `\Lambda`: "?Λ", `\Xi`: "?Ξ", `\Pi`: "?Π", `\Sigma`: "?Σ", `\Upsilon`: "?Υ", `\Phi`: "?Φ", `\Psi`: "?Ψ", `\Omega`: "?Ω",
	`\infty`: "?∞", `\emptyset`: "?∅", `\varnothing`: "?∅", `\partial`: "!∂", `\nabla`: "?∇", `\hbar`: "!ℏ", `\ell`: "!ℓ", `\imath`: "!ı", `\jmath`: "!ȷ", `\Re`: "?ℜ", `\Im`: "?ℑ", `\aleph`: "?ℵ", `\wp`: "!℘",
	`\forall`: "∀", `\exists`: "∃", `\nexists`: "∄", `\neg`: "¬", `\lnot`: "¬", `\top`: "?⊤", `\bot`: "?⊥", `\angle`: "?∠", `\degree`: "?°", `\prime`: "′",
	`\pm`: "±", `\mp`: "∓", `\times`: "×", `\div`: "÷", `\cdot`: "⋅", `\ast`: "∗", `\star`: "⋆", `\circ`: "∘", `\bullet`: "∙", `\oplus`: "⊕", `\ominus`: "⊖", `\otimes`: "⊗", `\oslash`: "⊘", `\odot`: "⊙",
	`\wedge`: "∧", `\land`: "∧", `\vee`: "∨", `\lor`: "∨", `\cap`: "∩", `\cup`: "∪", `\uplus`: "⊎", `\sqcap`: "⊓", `\sqcup`: "⊔", `\setminus`: "∖", `\smallsetminus`: "∖", `\wr`: "≀", `\dagger`: "†", `\ddagger`: "‡", `\amalg`: "⨿",
	`\le`: "≤", `\leq`: "≤", `\leqslant`: "⩽", `\ge`: "≥", `\geq`: "≥", `\geqslant`: "⩾", `\ne`: "≠", `\neq`: "≠", `\equiv`: "≡", `\sim`: "∼", `\simeq`: "≃", `\approx`: "≈", `\cong`: "≅", `\propto`: "∝", `\asymp`: "≍", `\doteq`: "≐",
	`\ll`: "≪", `\gg`: "≫", `\lt`: "<", `\gt`: ">", `\prec`: "≺", `\succ`: "≻", `\preceq`: "⪯", `\succeq`: "⪰", `\lesssim`: "≲", `\gtrsim`: "≳", `\nless`: "≮", `\ngtr`: "≯", `\nleq`: "≰", `\ngeq`: "≱",
	`\in`: "∈", `\notin`: "∉", `\ni`: "∋", `\subset`: "⊂", `\supset`: "⊃", `\subseteq`: "⊆", `\supseteq`: "⊇", `\subsetneq`: "⊊", `\supsetneq`: "⊋", `\sqsubseteq`: "⊑", `\sqsupseteq`: "⊒", `\nsubseteq`: "⊈",
	`\mid`: "∣", `\nmid`: "∤", `\parallel`: "∥", `\perp`: "⊥", `\vdash`: "⊢", `\dashv`: "⊣", `\models`: "⊨", `\vDash`: "⊨", `\therefore`: "∴", `\because`: "∵", `\triangleq`: "≜", `\coloneqq`: "≔", `\colon`: ":",
	`\to`: "→", `\rightarrow`: "→", `\leftarrow`: "←", `\gets`: "←", `\leftrightarrow`: "↔", `\Rightarrow`: "⇒", `\implies`: "⟹", `\Leftarrow`: "⇐", `\impliedby`: "⟸", `\Leftrightarrow`: "⇔", `\iff`: "⟺",
	`\longrightarrow`: "⟶", `\longleftarrow`: "⟵", `\Longrightarrow`: "⟹", `\Longleftarrow`: "⟸", `\Longleftrightarrow`: "⟺", `\longleftrightarrow`: "⟷", `\mapsto`: "↦", `\longmapsto`: "⟼", `\hookrightarrow`: "↪", `\hookleftarrow`: "↩",
	`\uparrow`: "↑", `\downarrow`: "↓", `\updownarrow`: "↕", `\Uparrow`: "⇑", `\Downarrow`: "⇓", `\nearrow`: "↗", `\searrow`: "↘", `\swarrow`: "↙", `\nwarrow`: "↖", `\rightharpoonup`: "⇀", `\rightleftharpoons`: "⇌", `\leadsto`: "⇝", `\rightsquigarrow`: "⇝",
	`\ldots`: "…", `\dots`: "…", `\dotsc`: "…", `\dotsb`: "⋯", `\cdots`: "⋯", `\vdots`: "⋮", `\ddots`: "⋱",
	`\lfloor`: "⌊", `\rfloor`: "⌋", `\lceil`: "⌈", `\rceil`: "⌉", `\langle`: "⟨", `\rangle`: "⟩", `\lbrace`: "{", `\rbrace`: "}", `\{`: "{", `\}`: "}", `\lbrack`: "[", `\rbrack`: "]", `\vert`: "|", `\lvert`: "|", `\rvert`: "|", `\Vert`: "‖", `\lVert`: "‖", `\rVert`: "‖", `\|`: "‖", `\backslash`: `\`,
	`\%`: "%", `\$`: "$", `\&`: "&", `\#`: "#", `\_`: "_", `\square`: "□", `\Box`: "□", `\blacksquare`: "■", `\triangle`: "△", `\checkmark`: "✓", `\lozenge`: "◊", `\clubsuit`: "♣", `\S`: "§", `\copyright`: "©", `\bmod`: "mod", `\mod`: "mod",
}

// large are operators with what they range over below and above.
var large = map[string]string{`\sum`: "∑", `\prod`: "∏", `\coprod`: "∐", `\int`: "∫", `\iint`: "∬", `\iiint`: "∭", `\oint`: "∮", `\bigcap`: "⋂", `\bigcup`: "⋃", `\bigvee`: "⋁", `\bigwedge`: "⋀", `\bigoplus`: "⨁", `\bigotimes`: "⨂", `\bigodot`: "⨀", `\biguplus`: "⨄", `\bigsqcup`: "⨆"}

// functions, and whether what they range over stands below them.
var functions = map[string]bool{`\sin`: false, `\cos`: false, `\tan`: false, `\cot`: false, `\sec`: false, `\csc`: false, `\arcsin`: false, `\arccos`: false, `\arctan`: false, `\sinh`: false, `\cosh`: false, `\tanh`: false, `\coth`: false,
	`\exp`: false, `\log`: false, `\ln`: false, `\lg`: false, `\deg`: false, `\dim`: false, `\ker`: false, `\hom`: false, `\arg`: false,
	`\lim`: true, `\limsup`: true, `\liminf`: true, `\max`: true, `\min`: true, `\sup`: true, `\inf`: true, `\det`: true, `\gcd`: true, `\Pr`: true, `\argmax`: true, `\argmin`: true}

// spoken are functions that are not written as they are called.
var spoken = map[string]string{`\limsup`: "lim sup", `\liminf`: "lim inf", `\argmax`: "arg max", `\argmin`: "arg min"}

// spaces and their widths; "" for what only moves things.
var spaces = map[string]string{`\,`: "0.17em", `\:`: "0.22em", `\>`: "0.22em", `\;`: "0.28em", `\ `: "0.33em", `\quad`: "1em", `\qquad`: "2em", `\enspace`: "0.5em", `\thinspace`: "0.17em", `\!`: "", `\/`: ""}

// accents stand over what they apply to, or below it, and may be as wide as it.
var accents = map[string]struct {
	sign        string
	wide, below bool
}{
	`\hat`: {sign: "^"}, `\check`: {sign: "ˇ"}, `\tilde`: {sign: "~"}, `\bar`: {sign: "¯"}, `\vec`: {sign: "→"}, `\dot`: {sign: "˙"}, `\ddot`: {sign: "¨"}, `\acute`: {sign: "´"}, `\grave`: {sign: "`"}, `\breve`: {sign: "˘"},
	`\widehat`: {"^", true, false}, `\widetilde`: {"~", true, false}, `\overline`: {"¯", true, false}, `\overrightarrow`: {"→", true, false}, `\overleftarrow`: {"←", true, false}, `\overbrace`: {"⏞", true, false},
	`\underline`: {"_", true, true}, `\underbrace`: {"⏟", true, true}, `\underrightarrow`: {"→", true, true},
}

var upright = [3]rune{}

// alphabets begin with A, a and 0.
var alphabets = map[string][3]rune{`\mathrm`: upright, `\rm`: upright, `\mathit`: upright, `\mathnormal`: upright, `\mathbf`: {0x1d400, 0x1d41a, 0x1d7ce}, `\boldsymbol`: {0x1d400, 0x1d41a, 0x1d7ce}, `\bm`: {0x1d400, 0x1d41a, 0x1d7ce},
	`\mathcal`: {0x1d49c, 0x1d4b6, 0}, `\mathscr`: {0x1d49c, 0x1d4b6, 0}, `\mathfrak`: {0x1d504, 0x1d51e, 0}, `\mathbb`: {0x1d538, 0x1d552, 0x1d7d8}, `\mathsf`: {0x1d5a0, 0x1d5ba, 0x1d7e2}, `\mathtt`: {0x1d670, 0x1d68a, 0x1d7f6}}

var olderLetters = map[rune]rune{0x1d49d: 'ℬ', 0x1d4a0: 'ℰ', 0x1d4a1: 'ℱ', 0x1d4a3: 'ℋ', 0x1d4a4: 'ℐ', 0x1d4a7: 'ℒ', 0x1d4a8: 'ℳ', 0x1d4ad: 'ℛ', 0x1d4ba: 'ℯ', 0x1d4bc: 'ℊ', 0x1d4c4: 'ℴ',
	0x1d506: 'ℭ', 0x1d50b: 'ℌ', 0x1d50c: 'ℑ', 0x1d515: 'ℜ', 0x1d51d: 'ℨ', 0x1d53a: 'ℂ', 0x1d53f: 'ℍ', 0x1d545: 'ℕ', 0x1d547: 'ℙ', 0x1d548: 'ℚ', 0x1d549: 'ℝ', 0x1d551: 'ℤ'}

// delimiters are what may stand after \left, \right and \big.
var delimiters = map[string]string{"(": "(", ")": ")", "[": "[", "]": "]", "|": "|", "/": "/", ".": "", "<": "⟨", ">": "⟩", `\{`: "{", `\}`: "}", `\lbrace`: "{", `\rbrace`: "}", `\langle`: "⟨", `\rangle`: "⟩", `\lfloor`: "⌊", `\rfloor`: "⌋", `\lceil`: "⌈", `\rceil`: "⌉",
	`\vert`: "|", `\lvert`: "|", `\rvert`: "|", `\|`: "‖", `\Vert`: "‖", `\lVert`: "‖", `\rVert`: "‖", `\backslash`: `\`, `\uparrow`: "↑", `\downarrow`: "↓"}
