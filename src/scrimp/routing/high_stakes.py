"""Words for fields in which a mistake is costly; they raise a tier and never lower one."""

from __future__ import annotations

# Narrow on purpose: each raised prompt costs about ten times as much, so words with an everyday second meaning
# ("tax", "patient", "treatment", "law", "loan") stay out unless their form is technical.
_WORDS = {
    "legal": (
        "legal legally attorney attorneys lawyer lawyers lawsuit lawsuits litigation court courts contract contracts "
        "contractual clause clauses statute statutes statutory plaintiff defendant liability indemnity indemnify "
        "jurisdiction compliance gdpr hipaa subpoena verdict copyright patent "
        "juridique contrat avocat rechtlich vertrag verträge anwalt abogado contrato contratos legale contratto"
    ),
    "medical": (
        "medical medically medicine medicines clinical clinician diagnosis diagnose diagnostic symptom symptoms dosage "
        "doses overdose prescription medication medications patients pregnant pregnancy cancer tumor tumour surgery "
        "allergic contraindication contraindications suicide suicidal "
        "médical médicaments médicament medizinisch arzt diagnose médico médica paciente pacientes medico"
    ),
    "financial": (
        "financial financially investment investments investor investors portfolio mortgage taxation fiduciary audit "
        "auditor securities bankruptcy pension irs solvency "
        "financier financière finanziell financiero financiera finanziario"
    ),
    "security": (
        "security vulnerability vulnerabilities exploit exploits malware ransomware password passwords credential "
        "credentials encryption encrypt decrypt cryptographic cve breach phishing authentication "
        "sécurité sicherheit seguridad sicurezza"
    ),
}  # fmt: skip

STAKES_WORDS: dict[str, str] = {word: field for field, words in _WORDS.items() for word in words.split()}

# For scripts without spaces: searched for inside runs of letters, only where the text is not ASCII.
STAKES_STEMS: dict[str, str] = {
    **dict.fromkeys(("法律", "合同", "契約", "诉讼", "訴訟", "법률", "계약"), "legal"),
    **dict.fromkeys(("医疗", "医療", "诊断", "診断", "药物", "의료", "진단"), "medical"),
    **dict.fromkeys(("金融", "投资", "投資", "금융", "투자"), "financial"),
    **dict.fromkeys(("安全漏洞", "密码", "加密", "脆弱性", "보안"), "security"),
}
