"""Mail in and out: what strangers send is read within limits and taken in once; what we send is kept until it is delivered."""
