using System.Text;
using Microsoft.CodeAnalysis;

namespace Granary.EmbeddedHost.CodeGenerator;

/// <summary>Writes how an object is made from its members, through private and init-only setters where it must be.</summary>
internal sealed class Maker
{
    private readonly INamedTypeSymbol _type;
    private readonly List<Member> _members;
    private readonly IMethodSymbol? _primary;
    private readonly Dictionary<string, string> _accessors = new();

    public Maker(INamedTypeSymbol type, List<Member> members)
    {
        _type = type;
        _members = members;
        _primary = Members.PrimaryConstructor(type);
        if (_primary is not null && !_primary.Parameters.All(p => ByName(p) is not null))
            _primary = null;
    }

    /// <summary>The value of a member before it is read.</summary>
    public string Initial(int index)
    {
        var parameter = _primary?.Parameters.FirstOrDefault(p => ReferenceEquals(ByName(p), _members[index]));
        if (parameter is not { HasExplicitDefaultValue: true, ExplicitDefaultValue: { } value })
            return "default";
        var literal = Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false);
        return $"({_members[index].Type.Code()})({literal}{(value is float ? "f" : value is decimal ? "m" : "")})";
    }

    /// <summary>Writes statements that make the object from locals l0, l1 and so on, and return it.</summary>
    /// <param name="seen">The prefix of the locals that say which were read; null where all were.</param>
    public void Make(StringBuilder s, string? seen)
    {
        var code = _type.Code();
        var given = new HashSet<Member>();
        if (_primary is not null)
        {
            var arguments = _primary.Parameters.Select(p => ByName(p)!).ToList();
            given.UnionWith(arguments);
            s.Append($"            var o = {New(string.Join(", ", arguments.Select(a => "l" + _members.IndexOf(a))), _primary)};\n");
        }
        else if (_type.IsValueType)
        {
            s.Append(_type.InstanceConstructors.Any(c => c.Parameters.Length == 0 && !c.IsImplicitlyDeclared)
                ? $"            var o = new {code}();\n"
                : $"            {code} o = default;\n");
        }
        else if (_type.ParameterlessConstructor() is { } constructor)
        {
            s.Append($"            var o = {New("", constructor)};\n");
        }
        else
        {
            s.Append($"            var o = ({code})global::System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(typeof({code}));\n");
        }
        for (var i = 0; i < _members.Count; i++)
        {
            if (!given.Contains(_members[i]))
                s.Append($"            {(seen is null ? "" : $"if ({seen}{i}) ")}{Set(_members[i], "o", "l" + i)}\n");
        }
        s.Append("            return o;\n");
    }

    public string Get(Member member, string on)
    {
        var readable = member.Symbol is IPropertySymbol { GetMethod: { } get } ? get : member.Symbol;
        if (readable.DeclaredAccessibility is Accessibility.Public || IsOwn(member) && IsInternal(readable))
            return $"{on}.{member.Name}";
        if (member.Symbol is IFieldSymbol)
            return $"{Field(member, member.Name)}({Ref}{on})";
        var name = "Get_" + member.Owner.Name + "_" + member.Name;
        Accessor(name, "Method", "get_" + member.Name, member.Type.Code(), $"{Ref}{member.Owner.Code()} o");
        return $"{name}({Ref}{on})";
    }

    public string Set(Member member, string on, string value)
    {
        if (member.Symbol is IFieldSymbol field)
        {
            return !field.IsReadOnly && (field.DeclaredAccessibility == Accessibility.Public || IsOwn(member) && IsInternal(field))
                ? $"{on}.{member.Name} = {value};"
                : $"{Field(member, member.Name)}({Ref}{on}) = {value};";
        }
        var property = (IPropertySymbol)member.Symbol;
        if (property.SetMethod is not { } set)
            return $"{Field(member, $"<{member.Name}>k__BackingField")}({Ref}{on}) = {value};";
        if (!set.IsInitOnly && (set.DeclaredAccessibility == Accessibility.Public || IsOwn(member) && IsInternal(set)))
            return $"{on}.{member.Name} = {value};";
        var name = "Set_" + member.Owner.Name + "_" + member.Name;
        Accessor(name, "Method", "set_" + member.Name, "void", $"{Ref}{member.Owner.Code()} o, {member.Type.Code()} value");
        return $"{name}({Ref}{on}, {value});";
    }

    public void WriteAccessors(StringBuilder s)
    {
        foreach (var accessor in _accessors.Values)
            s.Append(accessor);
    }

    private string Ref => _type.IsValueType ? "ref " : "";

    private string New(string arguments, IMethodSymbol constructor)
    {
        if ((constructor.DeclaredAccessibility == Accessibility.Public || IsInternal(constructor)) && !_type.HasRequiredMembers())
            return $"new {_type.Code()}({arguments})";
        var parameters = string.Join(", ", constructor.Parameters.Select((p, i) => $"{p.Type.Code()} a{i}"));
        Accessor("New", "Constructor", null, _type.Code(), parameters);
        return $"New({arguments})";
    }

    private string Field(Member member, string field)
    {
        var name = "Field_" + member.Owner.Name + "_" + member.Name;
        Accessor(name, "Field", field, "ref " + member.Type.Code(), $"{Ref}{member.Owner.Code()} o");
        return name;
    }

    private void Accessor(string name, string kind, string? target, string result, string parameters) => _accessors[name] =
        $"\n        [global::System.Runtime.CompilerServices.UnsafeAccessor(global::System.Runtime.CompilerServices.UnsafeAccessorKind.{kind}"
        + $"{(target is null ? "" : $", Name = \"{target}\"")})]\n        private static extern {result} {name}({parameters});\n";

    private static bool IsInternal(ISymbol symbol) => symbol.DeclaredAccessibility is Accessibility.Internal or Accessibility.ProtectedOrInternal;

    private bool IsOwn(Member member) => SymbolEqualityComparer.Default.Equals(member.Owner.ContainingAssembly, _type.ContainingAssembly);

    private Member? ByName(IParameterSymbol parameter) => _members.FirstOrDefault(m
        => string.Equals(m.Name, parameter.Name, System.StringComparison.OrdinalIgnoreCase)
            && SymbolEqualityComparer.Default.Equals(m.Type, parameter.Type));
}
