/**
 * The words of each class, or of the classes that share them: lower case, without diacritics, `*` for any ending, `_`
 * between the words of a phrase. Languages in this order where a class has them: English, German, Dutch, Spanish,
 * Portuguese, Italian, French, Polish, a little of South Slavic, Russian, a little of Turkish, Arabic, Hindi, Chinese,
 * Japanese, Korean. Verbs are the forms that commands have: "ignored" tells of somebody else.
 */
export const LEXICON: readonly (readonly [classes: string, words: string])[] = [
  [
    "ignore",
    `ignore ignor disregard forget overlook overrule neglect dismiss clear_your pay_no_attention set_aside
    remove_all ignoriere* vergiss vergesst vergessen missachte* uberschreibe* umgehe* negeer vergeet ignora*
    olvida* olvide* descarta* omite esquece* esqueca desconsidere dimentica* ignorez ignorer oublie oubliez
    oublier zignoruj ignoruj* zapomnij zaboravi* ignorisi игнорируй* проигнорируй* игнорировать забудь*
    забыть отбрось* yok_say unut تجاهل انس अनदेखा नजरअंदाज 忽略 忽视 忽視 无视 無視 忘记 忘記 忘掉 忘れ 不要理会 绕过 무시 잊어 잊고`,
  ],
  [
    "negate",
    `you_are_no_longer you're_no_longer not don't dont never without cannot can't won't doesn't isn't aren't
    stop cease avoid free freed unbound devoid nor none neither nothing beyond no_longer removed disabled
    disable deactivate liberated escaped broken_free turn_off switch_off nicht kein* ohne niemals nie niet
    geen zonder no sin nunca ningun* nao sem nenhum* non senza mai nessun* ne pas sans jamais aucun* bez
    nigdy не без никогда aldrig لا بدون मत नहीं बिना 不要 不能 不会 没有 沒有 不受 无需 ない なし 없이 없는`,
  ],
  [
    "follow",
    `apply applies follow obey comply adhere heed listen abide respect bound subject_to constrained
    restricted limited consider beachte* respecte*`,
  ],
  [
    "prior",
    `previous previously prior preceding above earlier before former foregoing past existing so_far until_now
    last given_to_you you_were_given you've_been_given you_have_been_given you_got you_received
    were_you_given what_was_written what_is_written we_discussed we've_talked i_said i_told_you
    you_were_told you've_been_told at_the_beginning at_the_top at_the_start vorherige* vorige* bisherige*
    obige* oben davor zuvor vorher vorangegangen* fruhere* gesagt vorgaande eerdere bovenstaande anterior*
    previas previos previa previo antes arriba dichas dije dicho acima precedent* prima finora sopra
    anterieur* avant dessus poprzedni* wczesniejsz* powyzsz* предыдущ* прошл* прежн* выше ранее onceki
    yukaridaki السابقة السابق أعلاه पिछले पिछला पहले उपरोक्त 之前 以前 先前 上面 上述 以上 前面 此前 刚才 前の これまで 今まで 上記 先ほど
    이전 앞의 위의 지금까지 기존`,
  ],
  [
    "all",
    `all every any everything anything each entire whole full complete completely total both alle* samtliche*
    jede* ganze* komplett* gesamte* hele todo todos toda todas cualquier* tudo tutto tutti tutte ogni tout
    tous toute toutes wszystk* sve все всё всех всю любые tum butun جميع كل सभी सब 所有 一切 全部 任何 すべて 全て 모든 모두
    전부`,
  ],
  [
    "instruction",
    `instruction* prompt prompts directive* command commands directions pre-prompt preprompt message
    statements system_message system_prompt systemprompt told instuction* intructions said anweisung*
    instruktion* befehl* vorgabe* aufgabe* kontext instructie* opdracht* instruccion* indicacion* ordenes
    tarea* contexto instruc* ordens istruzion* ordini compiti indicazion* consigne* ordres tache* contexte
    instrukc* polecen* prikaz* instrukcij* naredb* инструкц* указан* команд* приказ* задани* контекст*
    talimat* komut* التعليمات تعليمات تعليماتك الأوامر निर्देश* आदेश* 指示 指令 命令 提示 任务 对话 プロンプト 会話 タスク 지시 명령
    프롬프트 지침 대화`,
  ],
  [
    "fresh",
    `new following instead only now next just say neue* nun jetzt stattdessen folgende* nur nueva* nuevo*
    ahora solo agora apenas nuove ora adesso nouvelle* maintenant uniquement teraz теперь 现在`,
  ],
  [
    "yours",
    `were_you_given you your yours yourself u ur you're you'll you've du dein* dir dich ihre* je jouw jij tu
    tus te usted su sus tuo tua tuoi tue voce seu sua seus suas ton ta tes toi vous votre vos twoje twoj вы
    ты твои твой твоя ваши вам لك أنت आपके अपने 你 您 あなた 君 당신 너`,
  ],
  [
    "reveal",
    `reveal show print repeat output display tell leak disclose spell echo dump return write_out summarize
    share give rephrase translate copy provide list what_is what_are what_were what's what_was
    what_is_written what_was_written type encode divulge tell_me zeige* zeig verrate* verrat gib wiederhole*
    nenne* sag wie_lauten was_steht was_sind toon laat_zien herhaal geef muestra* revela* repite* imprime*
    dime cuales_son mostre mostra* revele diga quais_sao mostrami rivela* ripeti* quali_sono affiche*
    montre* revele* repete* donne* quelles_sont pokaz ujawnij powtorz покажи* выведи* раскрой* повтори*
    скажи* goster yaz tekrarla اعرض أظهر اكشف दिखा* बता* 显示 告诉 输出 透露 重复 打印 说出 泄露 列出 表示 教えて 見せて 出力 公開 보여 알려
    출력 반복`,
  ],
  [
    "inner",
    `system_prompt system_message system_instructions system hidden secret initial confidential internal
    original developer verbatim exact word_for_word beginning geheim* versteckt* ursprunglich* wortlich*
    interne* verborgen sistema secret* ocult* inicial* segret* nascost* inizial* systeme initial* ukryt*
    tajn* systemow* system* системн* скрыт* секретн* gizli 系统 系統 隐藏 秘密 初始 内部 システム 初期 시스템 숨겨진 비밀`,
  ],
  [
    "secret",
    `password* passphrase passcode credential* api_key api_keys access_code token private_key passwort*
    kennwort zugangsdaten wachtwoord contrasena* clave senha* mot_de_passe haslo пароль пароли sifre* 密码 密碼
    密钥 パスワード 비밀번호`,
  ],
  [
    "role",
    `you_are_no_longer you're_no_longer act_as act_like acting_as pretend pretending roleplay role-play
    simulate simulator impersonate imagine imitate persona character stay_in_character remain_in_character
    stay_in_their_roles remain_in_their_roles theoretical_world theoretical_scenario play_the_role
    take_on_the_role assume_the_role you_are_now you're_now you_will_be you_will_act you_are_going_to
    you_are_a you_are_an your_name_is respond_as answer_as speak_as become function_as behave_as
    change_yourself let's_play lets_play play_a_game as_if_you in_character alter_ego hypothetical fictional
    you_will_answer you_must_act actors imaginary virtual_machine spiele_die_rolle rollenspiel tu_so
    verhalte_dich du_bist_jetzt stell_dir_vor je_bent_nu doe_alsof actua_como finge imagina eres_ahora
    aja_como finja voce_e_agora agisci_come fingi sei_ora agis_comme fais_semblant tu_es_maintenant
    tu_es_desormais udawaj jestes_teraz притворись представь ты_теперь сыграй تظاهر 扮演 假装 假設 角色 模拟 你现在是 ふり
    なりきって 演じ 役割 역할 척해`,
  ],
  [
    "onwards",
    `from_now_on from_now from_this_point henceforth for_the_rest_of starting_now as_of_now from_this_moment
    ab_jetzt ab_sofort von_nun_an vanaf_nu de_ahora_en a_partir_de_ahora a_partir_de_agora d'ora_in_poi
    da_ora_in desormais a_partir_de_maintenant od_teraz с_этого_момента отныне من_الآن 从现在开始 从现在起 今から これから
    지금부터`,
  ],
  [
    "unlimited",
    `unfiltered uncensored unrestricted amoral unlimited unhinged lawless unbound unaligned uncensorship
    shameless ruthless anything_you_want do_anything ungefiltert* unzensiert* uneingeschrankt* sin_censura
    sin_filtro* sin_restricciones sem_censura sem_restricoes senza_censura senza_filtri sans_censure
    sans_filtre sans_restriction bez_cenzury bez_ograniczen 不受限制 无限制 没有限制 無制限`,
  ],
  [
    "limit",
    `restriction* limitation* limits limit constraint* rule rules guideline* policy policies filter filters
    ethic* moral morals boundaries censorship safeguards guardrails safety laws programming standards
    protocol* filtering regel* richtlinie* beschrankung* einschrankung* ethik zensur grenzen beperking*
    reglas restriccion* norma* limite* etica regra* restricoes restrizion* regole limiti filtri linee_guida
    regle* ethique morale filtres zasad* ogranicz* pravil* правил* ограничен* фильтр* морал* kural* القيود
    नियम* 规则 規則 限制 道德 伦理 准则 过滤 ルール 制限 倫理 규칙 제한 윤리`,
  ],
  [
    "model",
    `chatgpt chat_gpt gpt gpt-3 gpt-4 openai open_ai language_model llm llms ai chatbot claude gemini bard
    llama assistant assistants bot artificial_intelligence ki sprachmodell ia нейросеть ии 人工智能 语言模型 助手 人工知能
    アシスタント 인공지능`,
  ],
  [
    "refuse",
    `stay_in_character remain_in_character stay_in_their_roles remain_in_their_roles breaking_out falling_out
    break_out refuse refusing refuses decline reject deny apologize apologise apologizes apologies sorry
    disclaimer* warning warnings moralizing moralize break_character out_of_character as_an_ai censor
    hesitate warn judge unable_to i_can't i_cannot entschuldig* 拒绝`,
  ],
  [
    "persona",
    `dan dans developer_mode dev_mode jailbroken jailbreak_mode dan_mode god_mode admin_mode debug_mode
    do_anything_now evil_mode unrestricted_mode stan dude aim mode_enabled mode_activated entwicklermodus
    modo_desarrollador modo_desenvolvedor mode_developpeur`,
  ],
  [
    "harm",
    `unethical immoral illegal illegally unlawful harmful hate hateful racist racism sexist sexism nsfw
    offensive violence violent explicit profanity swear swears swearing insult toxic dangerous evil
    malicious sexual drugs bomb bombs kill murder erotic misinformation hack nazi hitler inappropriate
    criminal crimes crime unsafe abusive`,
  ],
  [
    "act",
    `email delete remove grant share install execute run schedule update change modify create disable enable
    unlock lock withdraw purchase buy book cancel set move rename reset revoke invite initiate leave list
    call invoke save append insert add approve authorize register reserve turn deactivate activate guide
    terminate give start launch deploy close block unblock trigger sign replace overwrite format losche*
    teile* verwijder elimina* borra* apague supprime* usun удали* احذف 删除 执行 削除 삭제`,
  ],
  ["send", `email share message text reply cc bcc`],
  ["fetch", `list read check query provide`],
  [
    "mine",
    `my our mine user's users' the_user's the_user mein* unser* mijn mi mis meu minha mio mia mon mes мой мою
    моего मेरे 我的 用户的 私の 내 나의`,
  ],
  [
    "asset",
    `account accounts password passwords file files folder folders data record records payment payments
    history emails contact contacts document documents prescription* address addresses location balance
    settings policy permission permissions door camera money funds transaction transactions credit card
    cards bank savings repository project calendar profile inbox device devices robot speaker light lights
    security wallet token credentials key keys database backup information details photo photos investment*
    holdings flight* shipment appointment medical health genetic channel two-factor 2fa invoice subscription
    reservation usd eur dollars euro euros bitcoin vehicle traffic message iban salary passport group server
    phone email tool tools mot_de_passe mots_de_passe konto daten geld passworter datos dinero argent деньги
    文件 密码`,
  ],
  [
    "please",
    `please pls kindly can_you could_you would_you will_you you_must you_should you_need_to you_have_to
    make_sure_to be_sure_to remember_to i_need_you_to i_want_you_to let's don't_forget_to first then also
    and_then after_that next finally when_you_read if_you_read if_you_are_a if_you_are_an when_summarizing
    before_answering before_you_answer bitte kannst_du alsjeblieft por_favor per_favore s'il_vous_plait
    veuillez prosze пожалуйста कृपया 请 請 ください 주세요`,
  ],
  [
    "urgent",
    `important urgent urgently immediately attention critical alert warning required must now emergency
    priority`,
  ],
  [
    "authority",
    `admin administrator developer developers sudo openai ceo security_team superuser root creator creators
    authorized google microsoft owner administrador`,
  ],
  ["response", `response responses answer answers reply replies output outputs summary completion 回答`],
  [
    "discuss",
    `what_is what's what_does meaning means explain discuss describe analyze detect detection prevent
    prevention example examples called phrase phrases article paper attack attacks attacker attackers defend
    defense classify classifier how_does how_do why_do why_does injection injections tutorial documentation
    blog quoted sentence filter_for such_as known_as for_instance`,
  ],
  ["two", `two both 2 dual twice zwei dos due deux dwa две`],
  [
    "other",
    `to us me i we they he she it who users people someone anyone child woman ich wir er es man yo nosotros
    je nous on io noi eu`,
  ],
  ["ignore act", `override bypass discard erase skip drop circumvent wipe`],
  [
    "instruction fresh",
    `new_rule new_rules new_instruction new_instructions new_task new_tasks new_orders new_prompt real_task
    actual_task updated_instructions following_instruction following_instructions neue_anweisungen
    neue_aufgabe* nueva_tarea nuevas_instrucciones nouvelles_instructions nuove_istruzioni новые_инструкции
    新指令 新的指令 新任务 新しい指示 새로운_지시`,
  ],
  [
    "instruction reveal",
    `what_instructions what_prompt which_instructions welche_anweisungen que_instrucciones
    quelles_instructions quali_istruzioni quais_instrucoes какие_инструкции`,
  ],
  [
    "instruction asset",
    `order orders context messages conversation* task tasks assignment* request requests input inputs`,
  ],
  ["inner secret", `secret_key secret_word secret_code secret_password secret_phrase`],
  [
    "act send",
    `send forward mail transfer post upload deposit pay publish submit dispatch redirect refund wire donate
    sende* schicke* leite* uberweise* stuur enviar envia* envie reenvia* transfiere* transferir comparte*
    transfira invia* inoltra* trasferisci* envoie* envoyer envoyez transferez transferer partage* wyslij
    przelej отправь* переведи* أرسل भेज* 发送 發送 转发 转账 送信 転送 送って 送金 보내 송금`,
  ],
  ["act fetch", `download retrieve retrive fetch get find search access collect gather extract use export`],
];
