"""The look of the screen: the themes there are, the one that is worn, and its pair of colours."""

from liqtui.ui.colour import detect_depth, wants_ascii
from liqtui.ui.look import Look
from liqtui.ui.options import UiOptions
from liqtui.ui.profile import Profile
from liqtui.ui.theme import Theme, Themes, load_themes


class Wardrobe:
    """Owned by the app. What is chosen by key is noted in the profile, so that it comes back."""

    def __init__(self, options: UiOptions, profile: Profile) -> None:
        self._profile = profile
        self._depth = detect_depth(options.color, options.environ)
        self._ascii = wants_ascii(options.environ)
        self._themes = load_themes(options.theme_folder)
        trouble = self.begin()
        broken = [words for words in map(str, self._themes.errors) if words not in trouble]
        self.troubles = [*broken, *([trouble] if trouble else [])]
        """What was wrong at the start."""

    def begin(self) -> str:
        """Wear what the profile has. Returns what is wrong with it."""
        profile = self._profile
        theme, trouble = self._themes.pick(profile.theme_wanted)
        if trouble and profile.theme == profile.theme_wanted:
            profile.theme = ""  # it is gone: that is said once
        self.look = self._look(theme, other_pair=profile.pair == theme.other_pair != theme.pair)
        return trouble

    @property
    def names(self) -> list[str]:
        """Of all themes."""
        return sorted(self._themes.by_name)

    @property
    def following(self) -> str:
        """The theme after the one that is worn."""
        return self.names[(self.names.index(self.look.theme.name) + 1) % len(self.names)]

    def wear(self, name: str) -> None:
        """Change to a theme; one that went since it was offered is the default."""
        theme = self._themes.pick(name)[0]
        self._profile.theme, self._profile.pair = theme.name, ""
        self.look = self._look(theme)

    def swap(self) -> None:
        """The other pair of colours."""
        self.look = self._look(self.look.theme, other_pair=not self.look.other_pair)
        self._profile.pair = self.look.pair

    def renew(self, themes: Themes, wanted: str) -> str:
        """The themes as they are now, `wanted` (empty: the one worn) among them. Returns what is wrong with it."""
        self._themes = themes
        theme, trouble = themes.pick(wanted or self.look.theme.name)
        if theme != self.look.theme:
            self.look = self._look(theme, other_pair=self.look.other_pair)
        return trouble

    def _look(self, theme: Theme, *, other_pair: bool = False) -> Look:
        return Look(theme, self._depth, ascii_only=self._ascii, other_pair=other_pair)
