namespace Granary.Balancing.Calls;

/// <summary>No backend may be used now. The message says how many there are and what keeps them.</summary>
public sealed class NoBackendException(string message) : Exception(message);
