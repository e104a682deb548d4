namespace Granary.Optimization;

/// <summary>No answer exists that keeps the constraints; the message says which one stands against it and by how much.</summary>
public sealed class InfeasibleException(string message) : Exception(message);
