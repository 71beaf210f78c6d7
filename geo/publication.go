package geo

// Publication says who may see a layer.
type Publication struct {
	Published bool  // everybody; otherwise whoever has a role sees what lies in the role's scope
	Since     int64 // the revision of the layer at which it came to be so; 0 for the beginning
}
