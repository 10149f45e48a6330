"""A believable collaborative to try the site with. It stands in the highest room because it writes in all of them."""
