namespace Orleans.Runtime;

/// <summary>The base of the host's exceptions.</summary>
[GenerateSerializer]
public class OrleansException : Exception
{
    public OrleansException()
        : base("Unexpected error.")
    {
    }

    public OrleansException(string message)
        : base(message)
    {
    }

    public OrleansException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The host refused the request before any of it ran.</summary>
[GenerateSerializer]
public class OrleansMessageRejectionException : OrleansException
{
    internal OrleansMessageRejectionException(string message)
        : base(message)
    {
    }

    internal OrleansMessageRejectionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The server is stopping or gone. A request that was under way may or may not have run.</summary>
[GenerateSerializer]
public sealed class SiloUnavailableException : OrleansMessageRejectionException
{
    public SiloUnavailableException()
        : base("Silo unavailable")
    {
    }

    public SiloUnavailableException(string msg)
        : base(msg)
    {
    }

    public SiloUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The client that holds the observer is not connected, or the observer was deleted.</summary>
[GenerateSerializer]
public sealed class ClientNotAvailableException : OrleansException
{
    internal ClientNotAvailableException(string message)
        : base(message)
    {
    }
}

/// <summary>The configuration cannot work as it stands.</summary>
[GenerateSerializer]
public sealed class OrleansConfigurationException : Exception
{
    public OrleansConfigurationException(string message)
        : base(message)
    {
    }

    public OrleansConfigurationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Stands in for an exception whose type has no codec: its message, and the name of its type.</summary>
[GenerateSerializer]
public class WrappedException : OrleansException
{
    public WrappedException(string message)
        : base(message)
    {
    }

    [Id(0)]
    public string? OriginalExceptionType { get; set; }

    public override string ToString() => $"{nameof(WrappedException)} OriginalType: {OriginalExceptionType}, Message: {Message}";
}
