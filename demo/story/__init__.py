"""The story of An Nhiên's last fourteen months, told by people who have one; the crowd fills the rest."""
