using System.Reflection;

namespace Granary.EmbeddedHost.Calls;

/// <summary>How a method's requests are treated.</summary>
[Flags]
public enum CallOptions : byte
{
    None = 0,
    ReadOnly = 1,
    AlwaysInterleave = 2,
    OneWay = 4,
}

/// <summary>One method of a grain interface, as the generator describes it.</summary>
public sealed class GrainMethod
{
    private readonly Type[] _parameters;
    private MethodInfo? _info;

    /// <param name="interfaceName">The alias or full name of the interface.</param>
    /// <param name="signature">The alias of the method, or its name and parameter types.</param>
    /// <param name="create">Makes an empty call of the method, to read arguments into.</param>
    public GrainMethod(
        Type interfaceType, string interfaceName, string name, string signature, CallOptions options, string? responseTimeout,
        Type[] parameters, Func<GrainCall> create)
    {
        InterfaceType = interfaceType;
        InterfaceName = interfaceName;
        Name = name;
        Options = options;
        ResponseTimeout = responseTimeout is null ? null : TimeSpan.Parse(responseTimeout, System.Globalization.CultureInfo.InvariantCulture);
        _parameters = parameters;
        Create = create;
        IsInternal = interfaceType == typeof(Orleans.Runtime.IGrainTimer)
            || !interfaceType.IsVisible && interfaceType.Assembly.GetName().Name == "Granary.EmbeddedHost";
        Key = Hash(interfaceName + "." + signature);
    }

    public Type InterfaceType { get; }

    public string InterfaceName { get; }

    public string Name { get; }

    public CallOptions Options { get; }

    public TimeSpan? ResponseTimeout { get; }

    public Func<GrainCall> Create { get; }

    /// <summary>What stands for the method on the wire: FNV-1a, 64 bit, of interface and signature.</summary>
    public ulong Key { get; }

    /// <summary>The host's own traffic, which is none of the filters' business.</summary>
    internal bool IsInternal { get; }

    public MethodInfo Info => _info ??= InterfaceType.GetInterfaces().Prepend(InterfaceType)
        .Select(i => i.GetMethod(Name, _parameters)).FirstOrDefault(m => m is not null)
        ?? throw new MissingMethodException(InterfaceName, Name);

    public override string ToString() => $"{InterfaceName}.{Name}";

    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
            hash = (hash ^ c) * 1099511628211UL;
        return hash;
    }
}
